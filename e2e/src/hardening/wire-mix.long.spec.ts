// Good and bad answers of a provider mixed at random, in batches: no call that is all right waits for one that is not.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { type PeerLanguage, peerLanguages, SeededRandom } from '@eso/testing';
import { PEER_STORE, TENANT_A, TENANT_B, TwoTenants } from '../support/two-tenants.ts';

const SEEDS = [1, 2, 3];
/** How long a call that is all right may take, from its ExternalSecret's creation to its Secret, milliseconds. */
const HEALTHY_MS = 5_000;
const GAP_MS = 5_000;
/** ExternalSecrets of A in one batch, each with six references, and of B one after the other meanwhile. */
const BATCH = 10;
const HEALTHY = 12;

/** What a reference of A may be answered with. */
const STEPS: readonly [string, ...string[]] = [
  'plain',
  ...Array.from({ length: 16 }, (_, index) => `code:${index + 1}`),
  'code:99',
  ...['bigmsg', 'bigdetail'].flatMap((name) =>
    [1_000, 8_000, 16_000, 65_536, 200_000, 1_000_000].map((n) => `${name}:${n}`),
  ),
  ...[20, 100, 200, 2_000].map((count) => `manytrailers:${count}`),
  'size:10,gzip',
  'size:1000000,gzip',
  'size:1000000',
  'size:5000000',
  'sleep:500',
  'sleep:4000',
  'sleep:60000',
  'goaway',
  'restart',
  'age:500',
  'age:0',
];

function externalSecret(
  namespace: string,
  name: string,
  keys: readonly string[],
  refreshInterval: string,
): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace, name },
    spec: {
      refreshInterval,
      secretStoreRef: { kind: 'Provider', name: PEER_STORE },
      data: keys.map((key, index) => ({ secretKey: `k${index}`, remoteRef: { key } })),
    },
  };
}

describe.each(peerLanguages)('a provider in %s', (language: PeerLanguage) => {
  let tenants: TwoTenants;

  beforeAll(async () => {
    tenants = await TwoTenants.start(language);
  }, 600_000);
  afterAll(() => tenants[Symbol.asyncDispose]());

  test.each(SEEDS)('seed %d: what is all right comes within five seconds', async (seed) => {
    const random = new SeededRandom(seed);
    const { admin } = tenants.system;
    const batch = Array.from({ length: BATCH }, (_, index) => {
      const keys = Array.from({ length: 6 }, (_unused, ref) => `${random.pick(STEPS)}#${seed}-${index}-${ref}`);
      return externalSecret(TENANT_A, `mix-${seed}-${index}`, keys, '1s');
    });
    const slow: string[] = [];
    const b = await tenants.during(async () => {
      await Promise.all(batch.map((es) => admin.create(externalSecrets, es)));
      for (let index = 0; index < HEALTHY; index++) {
        const name = `healthy-${seed}-${index}`;
        const begin = performance.now();
        await admin.create(externalSecrets, externalSecret(TENANT_B, name, [`plain#${name}`], '1h'));
        await tenants.system.holds(TENANT_B, name, { k0: `plain#${name}` }, 60_000);
        const took = performance.now() - begin;
        if (took > HEALTHY_MS) slow.push(`${name}: ${took.toFixed(0)} ms`);
        await sleep(500);
      }
    });
    await tenants.system.kubectl('-n', TENANT_A, 'delete', 'externalsecrets', '--all', '--wait=false');
    expect(slow.join('\n')).toBe('');
    expect(b.failures.join('\n')).toBe('');
    expect(b.longestGapMs).toBeLessThan(GAP_MS);
  });
});
