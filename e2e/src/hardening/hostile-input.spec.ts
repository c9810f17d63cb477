import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { leases } from '@eso/kube';
import {
  applyHostile,
  ESO_NAMESPACE,
  eventually,
  hostileCorpus,
  hostileObjects,
  type HostileProvider,
  isAsExpected,
  removeHostile,
  runHostileProvider,
} from '@eso/testing';
import { fakeStore, System } from '../support/system.ts';

const ATTACKER = 'attacker';
const NEIGHBOUR = 'neighbour';
/** How long a new ExternalSecret of the neighbour, and the verdict on the attacker's, may take. Both take well below a second. */
const READY_MS = 10_000;
const VERDICT_MS = 20_000;
let system: System;
let hostileProvider: HostileProvider;
let neighbours = 0;

beforeAll(async () => {
  system = await System.start({ tenants: [ATTACKER, NEIGHBOUR], providers: { fake: {} } });
  hostileProvider = await runHostileProvider(system.own.cluster, system.installation);
  await system.apply(fakeStore(NEIGHBOUR, 'good', { doc: '{"password":"p"}' }));
  await system.providerReady(NEIGHBOUR, 'good', 'True', 'Valid');
});
afterAll(async () => {
  await hostileProvider.stop();
  await system.stop();
});

/**
 * One object of the attacker, which each of core and provider-fake would once have worked on for seconds to minutes; all that time
 * nobody else was served, and core lost its leadership.
 */
test.each([
  'answer-many-keys',
  'property-tostr',
  'find-nested-repeats',
  'rewrite-unicode-classes',
  'rewrite-nested-repeats',
  'rewrite-doubling',
])('%s: others are served, and its condition names field and bound', async (name) => {
  const entry = hostileCorpus.find((candidate) => candidate.name === name)!;
  const { expected } = entry;
  if (expected.kind !== 'condition') throw new Error('nothing to be refused');
  const objects = hostileObjects(entry, { namespace: ATTACKER, copies: 1, refreshInterval: '1h' });
  const before = await whoRuns();
  expect(await applyHostile(system.admin, objects)).toBeUndefined();
  try {
    const served = new AbortController();
    const serving = serveNeighbours(served.signal);
    const verdict = eventually(
      async () => {
        const { status } = await system.externalSecret(ATTACKER, `${name}-0`);
        const { message = '' } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
        expect([message, isAsExpected(message, expected)]).toEqual([message, true]);
      },
      { timeoutMs: VERDICT_MS, intervalMs: 200, signal: served.signal },
    );
    // Whichever fails first ends the other.
    await Promise.race([verdict, serving.then(() => verdict)]).finally(() => served.abort());
    await serving;
    await oneMoreNeighbour();
    expect(await whoRuns()).toEqual(before);
  } finally {
    await removeHostile(system.admin, objects);
  }
});

/** Creates an ExternalSecret a second, each of which has to become Ready. @throws when one does not */
async function serveNeighbours(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await oneMoreNeighbour();
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}

/** A property makes the provider work that the attacker uses, too. */
async function oneMoreNeighbour(): Promise<void> {
  const name = `neighbour-${neighbours++}`;
  await system.admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace: NEIGHBOUR },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: 'good' },
      data: [{ secretKey: 'password', remoteRef: { key: 'doc', property: 'password' } }],
    },
  });
  await system.ready(NEIGHBOUR, name, READY_MS);
}

/** The processes, and core's leadership. */
async function whoRuns(): Promise<object> {
  const { spec = {} } = await system.admin.get(leases, {
    namespace: ESO_NAMESPACE,
    name: 'external-secrets-controller',
  });
  const { holderIdentity, leaseTransitions } = spec;
  const { core, providers } = system.installation;
  return { holderIdentity, leaseTransitions, core: core.pid, provider: providers['fake']?.pid };
}
