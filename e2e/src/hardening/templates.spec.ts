// What templates cost: a long one is rendered in the worker beside the bundle, one without end is ended with it, and neither is anything
// that another namespace would notice. Each of these keeps its refresh at an hour: only passes after an edit count.
import { fakeStore, externalSecretManifest, System, wholeValues } from '../support/system.ts';
import { RefreshWatch } from '../support/refreshes.ts';
import { eventually } from '@eso/testing';

const TENANT = 'templates';
const VICTIM = 'victim';
/** A tenth of a second in the engine, many times. */
const ENDLESS = { count: 1_000, text: '{{ range until 100000 }}{{ end }}' };
let system: System;
let watch: RefreshWatch;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT, VICTIM], providers: { fake: {} } });
  const document: Record<string, string> = {};
  for (let i = 0; i < 400; i++) document[`key-${i}`] = `value ${i}`;
  for (const namespace of [TENANT, VICTIM])
    await system.apply(
      fakeStore(namespace, 'store', { user: 'app', password: 'hunter2', document: JSON.stringify(document) }),
    );
  const rendered = 'target: { template: { data: { url: "{{ .user }}:{{ .password }}@h" } } }\n';
  await system.apply(externalSecretManifest(VICTIM, 'good', 'store', rendered + wholeValues('user', 'password')));
  await system.holds(VICTIM, 'good', { url: 'app:hunter2@h' });
  watch = await RefreshWatch.start(system.admin, VICTIM);
}, 120_000);
afterAll(async () => {
  watch.stop();
  await system.stop();
});

const withTemplate = (name: string, data: Readonly<Record<string, string>>): string =>
  externalSecretManifest(
    TENANT,
    name,
    'store',
    `target: { template: { data: ${JSON.stringify(data)} } }\n${wholeValues('user', 'password')}`,
    '1h',
  );

const withTransform = (name: string, template: string): string =>
  externalSecretManifest(
    TENANT,
    name,
    'store',
    `dataFrom: [{ extract: { key: document }, rewrite: [{ transform: { template: ${JSON.stringify(template)} } }] }]`,
    '1h',
  );

/** Jobs of the worker in core that ended so. */
async function jobs(result: string): Promise<number> {
  const page = await system.installation.metrics(system.installation.core);
  return Number(new RegExp(`worker_jobs_total\\{task="shape",result="${result}"\\} (\\d+)`).exec(page)?.[1] ?? 0);
}

test('a long template, and one that hashes passwords, are rendered in the worker of the bundle', async () => {
  const before = await jobs('done');
  await system.apply(
    withTemplate('long', { long: '{{ range until 60000 }}{{ if eq . 59999 }}{{ $.user }}{{ end }}{{ end }}' }),
  );
  await system.holds(TENANT, 'long', { long: 'app' });
  await system.apply(withTemplate('hashed', { hash: '{{ .user }}:{{ bcrypt .password }}' }));
  await eventually(async () =>
    expect((await system.values(TENANT, 'hashed'))?.['hash']).toMatch(/^app:\$2a\$10\$[./A-Za-z0-9]{53}$/),
  );
  await system.apply(withTransform('renamed', '{{ range until 2000 }}{{ end }}{{ .value | upper }}'));
  await system.ready(TENANT, 'renamed');
  expect(Object.keys((await system.values(TENANT, 'renamed')) ?? {})).toContain('KEY-399');
  expect((await jobs('done')) - before).toBeGreaterThanOrEqual(3);
});

test.each([
  ['template', withTemplate, /spec\.target\.template\.data\.k\d+: the work takes more than 2s/],
  ['transform', withTransform, /spec\.dataFrom\[0\]\.rewrite\[0\].*: the work takes more than 2s/],
] as const)('a %s without end is ended, its target stays, and a neighbour is served', async (name, apply, message) => {
  const good = apply === withTemplate ? withTemplate(name, { k0: '{{ .user }}' }) : withTransform(name, '{{ .value }}');
  await system.apply(good);
  await system.ready(TENANT, name);
  const { metadata } = await system.secret(TENANT, name);
  const ended = await jobs('timeout');
  watch.begin();

  const endless = Object.fromEntries(Array.from({ length: ENDLESS.count }, (_, i) => [`k${i}`, ENDLESS.text]));
  await system.apply(
    apply === withTemplate ? withTemplate(name, endless) : withTransform(name, `${ENDLESS.text}{{ .value }}`),
  );
  const condition = await system.failed(TENANT, name, 'TOO_EXPENSIVE');
  expect(condition.message).toMatch(message);
  expect(await jobs('timeout')).toBe(ended + 1);
  expect((await system.secret(TENANT, name)).metadata.resourceVersion).toBe(metadata.resourceVersion);
  const { count, failures } = watch.of('good');
  expect(count).toBeGreaterThan(0);
  expect(failures).toEqual([]);

  await system.apply(good);
  await system.ready(TENANT, name);
});
