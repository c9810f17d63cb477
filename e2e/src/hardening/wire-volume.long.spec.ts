// How much one connection carries: core asks for so many answers of a size at once, and the neighbour gets its secret all that time.
// Each value is larger than a Secret may be: core says how many bytes it got, and nothing has to be written.
import { readFile } from 'node:fs/promises';
import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { eventually, type PeerLanguage, peerLanguages } from '@eso/testing';
import { PEER_STORE, TENANT_A, TwoTenants } from '../support/two-tenants.ts';

/** How long all of it may take on a busy machine, milliseconds. */
const WITHIN_MS = 240_000;
/** Above the 1,048,576 bytes of a Secret. */
const MEGABYTE = 1_100_000;
/** What core takes by default, less than the rest of the message. */
const LARGEST = 4 * 1024 * 1024 - 1_000;
/** Long enough for all calls to be in flight before the first answer. */
const HELD_MS = 2_000;

function reader(name: string, key: string): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace: TENANT_A, name },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: PEER_STORE },
      data: [{ secretKey: 'value', remoteRef: { key } }],
    },
  };
}

describe.each(peerLanguages)('a provider in %s', (language: PeerLanguage) => {
  let tenants: TwoTenants;

  beforeAll(async () => {
    tenants = await TwoTenants.start(language, ['--concurrent=300', '--provider-deadline=60s']);
  }, 600_000);
  afterAll(() => tenants[Symbol.asyncDispose]());

  /** Peak memory of core, MiB. */
  async function peakOfCore(): Promise<string> {
    const status = await readFile(`/proc/${String(tenants.system.installation.core.pid)}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024).toFixed(0);
  }

  test.each([
    { answers: 128, bytes: MEGABYTE },
    { answers: 256, bytes: MEGABYTE },
    { answers: 48, bytes: LARGEST },
  ])('$answers answers of $bytes bytes', async ({ answers, bytes }) => {
    const { system, provider } = tenants;
    const before = await provider.peer.counters();
    const names = Array.from({ length: answers }, (_, index) => `volume-${answers}-${bytes}-${index}`);
    const keyOf = (name: string): string => `sleep:${HELD_MS},size:${bytes}#${name}`;
    const b = await tenants.during(async () => {
      await Promise.all(names.map((name) => system.admin.create(externalSecrets, reader(name, keyOf(name)))));
      for (const name of names) {
        const { message = '' } = await system.failed(TENANT_A, name, 'SECRET_TOO_LARGE', WITHIN_MS);
        expect(message).toContain(`the values have ${bytes} bytes`);
      }
    });
    const after = await provider.peer.counters();
    process.stderr.write(
      `${language}: ${answers} × ${bytes} bytes, at most ${after.mostInFlight} in flight, ` +
        `${after.connections - before.connections} new connections; peak memory of core ${await peakOfCore()} MiB\n`,
    );
    expect(b.failures.join('\n')).toBe('');
    // Each was asked for once: no answer was lost on the way.
    expect(names.filter((name) => after.keys[keyOf(name)] !== 1)).toEqual([]);
    expect(after.connections).toBe(before.connections);
    expect(system.installation.core.restarts).toBe(0);
  });

  afterEach(async () => {
    await tenants.system.kubectl('-n', TENANT_A, 'delete', 'externalsecrets', '--all', '--wait=false');
    await eventually(async () => {
      const { items } = await tenants.system.admin.list(externalSecrets, { namespace: TENANT_A });
      expect(items).toEqual([]);
    });
  });
});
