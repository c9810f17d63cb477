/** Templates that take long by their nature, many of them of one namespace at once: they take turns at the worker. */
import { type ExternalSecretTarget, externalSecrets } from '@eso/api/resources';
import { eventually } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
beforeAll(async () => {
  core = await CoreProcess.start();
});
afterAll(() => core.stop());

const NAMES = Array.from({ length: 10 }, (_, index) => `slow-${index}`);
const target: ExternalSecretTarget = {
  template: {
    engineVersion: 'v2',
    mergePolicy: 'Replace',
    data: { key: '{{ genPrivateKey "rsa" }}', user: '{{ .user }}' },
  },
};

test('who has to wait for its turn shows no failure while its Secret is no older than it may be', async () => {
  const namespace = await core.tenant();
  const versionOf = async (name: string) =>
    (await core.admin.get(externalSecrets, { namespace, name })).status?.syncedResourceVersion;
  core.backend.set('user', 'admin');
  for (const name of NAMES) {
    await core.create(namespace, name, ['user'], { spec: { target } });
    await core.ready(namespace, name);
  }
  const before = new Map<string, string | undefined>();
  for (const name of NAMES) before.set(name, await versionOf(name));
  const said = (await core.happened(namespace)).filter((text) => text.startsWith('Warning'));
  await Promise.all(NAMES.map((name) => core.edit(namespace, name, { metadata: { labels: { all: 'at-once' } } })));
  for (const name of NAMES)
    await eventually(async () => expect(await versionOf(name)).not.toBe(before.get(name)), { timeoutMs: 60_000 });
  // The worker was too busy for some of them, or nothing is shown here.
  expect(await core.metrics()).toMatch(/^worker_jobs_total\{[^}]*result="busy"[^}]*\} [1-9]/m);
  expect((await core.happened(namespace)).filter((text) => text.startsWith('Warning'))).toEqual(said);
});
