import { events, isKubeError } from '@eso/kube';
import { type ApiFaultProxy, eventually } from '@eso/testing';
import {
  changedByRefresh,
  goDuration,
  LAST_APPLIED,
  type Migrant,
  migrants,
  type Pass,
  passOver,
  type Scene,
  STORED,
  type SyncedObject,
  unrecordedKeys,
} from '@eso/upstream-model';
import { standBetween } from '../support/faulty-core.ts';
import { System } from '../support/system.ts';
import { CHANGES, makeChanges } from './changes.ts';
import { backendNow, leaveBehind } from './leave-behind.ts';
import { scenesOf } from './scenes.ts';
import { type ClusterSnapshot, snapshotOf, touched } from './snapshot.ts';
import { allStores, createStores, leaveStatus, STORES } from './stores.ts';

const COUNT = 300;
const NAMESPACES = ['moving-0', 'moving-1', 'moving-2', 'moving-3', 'moving-4'] as const;
/** Time in which core writes nothing to count as at rest, milliseconds. */
const QUIET_MS = 2_000;

let system: System;
let proxy: ApiFaultProxy;
const moving: Migrant[] = migrants({ count: COUNT, namespaces: NAMESPACES, stores: STORES });

beforeAll(async () => {
  const between = Promise.withResolvers<ApiFaultProxy>();
  const coreFlags = ['--enable-leader-election=false'];
  system = await System.start({ tenants: 'all', providers: { fake: {} }, coreFlags }, async (cluster) => {
    between.resolve(await standBetween(cluster));
  });
  proxy = await between.promise;
  for (const namespace of NAMESPACES) await system.own.cluster.ensureNamespace(namespace);
  // Upstream leaves stores that it has found valid.
  await createStores(system.admin, NAMESPACES, STORED);
  await system.installation.core.stop();
  await system.admin.request('DELETE', '/api/v1/namespaces/default/events');
  for (const namespace of NAMESPACES) await system.admin.request('DELETE', `/api/v1/namespaces/${namespace}/events`);
  await leaveStatus(system.admin);
  await leaveBehind(system.admin, moving);
});
afterAll(async () => {
  await system.stop();
  await proxy.stop();
});

/** Waits until core has looked at every ExternalSecret and does nothing any more. */
async function atRest(): Promise<void> {
  await eventually(
    async () => {
      const writes = proxy.writes.length;
      expect(await coreMetric('controller_runtime_reconcile_total')).toBeGreaterThanOrEqual(COUNT);
      expect(await coreMetric('workqueue_depth')).toBe(0);
      expect(await coreMetric('controller_runtime_active_workers')).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      expect(proxy.writes.length).toBe(writes);
    },
    { timeoutMs: 120_000 },
  );
}

async function coreMetric(name: string): Promise<number> {
  const text = await system.installation.metrics(system.installation.core);
  const series = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes('"externalsecret"'));
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

const judged = async (): Promise<Map<Scene, Pass>> => {
  const scenes = await scenesOf(system.admin, NAMESPACES, backendNow);
  return new Map(scenes.map((scene) => [scene, passOver(scene)]));
};
const nameOf = ({ externalSecret: { metadata } }: Scene): string => `${metadata.namespace ?? ''}/${metadata.name}`;
/** Everything but when it was looked at last. */
const exceptTime = ({
  metadata: { labels, annotations, finalizers, generation },
  spec,
  status,
}: SyncedObject): object => ({
  ...{ labels, annotations, finalizers, generation, spec },
  status: { ...status, refreshTime: '' },
});

/** What upstream itself would look at on each start, because its target is never valid: no more than the time may change. */
const restless = new Set<string>();

test('what upstream leaves: 300, of which it would write none again', async () => {
  const passes = await judged();
  expect(passes.size).toBe(COUNT);
  for (const [scene, pass] of passes) {
    for (const change of [...changesByRefresh(scene), ...keysNotItsOwn(scene)]) before.add(change);
    if (pass.outcome === 'settled') expect([nameOf(scene), pass.effects]).toEqual([nameOf(scene), []]);
    else restless.add(nameOf(scene));
  }
  // Targets that are not to be, or that carry no hash.
  expect(moving.filter(({ manifest }) => restless.has(keyOf(manifest))).map(({ shape }) => shape)).toEqual(
    moving
      .map(({ shape }) => shape)
      .filter((shape) => ['merge-missing', 'none', 'none-existing', 'deleted', 'retained-never'].includes(shape)),
  );
});

/** What upstream's next refresh would write, of those that have one. */
const changesByRefresh = (scene: Scene): string[] => {
  const { refreshPolicy, refreshInterval = '1h' } = scene.externalSecret.spec;
  if (refreshPolicy === 'CreatedOnce' || goDuration(refreshInterval) <= 0) return [];
  return changedByRefresh(scene)
    .filter((field) => field !== `metadata.annotations.${LAST_APPLIED}`)
    .map((field) => `${nameOf(scene)}: ${field}`);
};

/** Keys of its target that upstream would not find under the manager that it looks for. */
const keysNotItsOwn = (scene: Scene): string[] =>
  unrecordedKeys(scene).map((key) => `${nameOf(scene)}: ${key} is recorded as somebody else's`);

/** Both, as upstream leaves them: users have edited Orphan targets, and two share a target. */
const before = new Set<string>();

const keyOf = ({ metadata }: SyncedObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

describe('core starts', () => {
  let left: ClusterSnapshot;
  let after: ClusterSnapshot;
  beforeAll(async () => {
    left = await snapshotOf(system.admin, NAMESPACES);
    proxy.writes.length = 0;
    const core = await system.installation.runCore();
    await core.waitUntilReady({ port: 'health' });
    await atRest();
    after = await snapshotOf(system.admin, NAMESPACES);
    const requests = Map.groupBy(
      proxy.writes,
      ({ verb, resource, subresource = '' }) => `${verb} ${resource} ${subresource}`,
    );
    console.log(
      'writes of core at its start:',
      [...requests].map(([what, { length }]) => `${length} ${what}`).join(', '),
    );
  });

  test('no Secret is created, written or deleted [1.8.5] [1.8.1]', () => {
    expect(touched(left.secrets, after.secrets)).toEqual([]);
    expect(proxy.writes.filter(({ resource }) => resource === 'secrets')).toEqual([]);
  });

  test('no ExternalSecret is changed, but for the time of those that upstream would look at again as well [1.6.9] [1.7.7]', () => {
    const changed = touched(left.externalSecrets, after.externalSecrets);
    expect(changed.filter((key) => !restless.has(key))).toEqual([]);
    for (const key of changed) {
      const [then, now] = [left.externalSecrets.get(key), after.externalSecrets.get(key)];
      expect(now && exceptTime(now)).toEqual(then && exceptTime(then));
    }
  });

  test('every ExternalSecret is Ready, and there is no event about one', async () => {
    const ready = [...after.externalSecrets.values()].map(({ metadata, status }) => {
      const condition = status?.conditions?.find(({ type }) => type === 'Ready');
      return condition?.status === 'True' ? '' : `${metadata.name}: ${condition?.message ?? 'no condition'}`;
    });
    expect(ready.filter((problem) => problem !== '')).toEqual([]);
    const { items } = await system.admin.list(events);
    expect(items.filter(({ involvedObject }) => involvedObject.kind === 'ExternalSecret')).toEqual([]);
  });

  test('stores stay Ready as upstream found them, and get what upstream does not know of them', async () => {
    for (const { kind, status } of await allStores(system.admin)) {
      expect([kind, status]).toEqual([
        kind,
        {
          capabilities: 'ReadWrite',
          features: expect.arrayContaining(['get', 'push']) as string[],
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: 'Valid',
              message: 'store validated',
              lastTransitionTime: '2026-05-04T03:02:01Z',
              observedGeneration: 1,
            },
          ],
        },
      ]);
    }
    const { items } = await system.admin.list(events);
    expect(items.filter(({ involvedObject }) => involvedObject.kind?.endsWith('SecretStore'))).toEqual([]);
  });
});

describe('the way back: core has synced thirty changes', () => {
  let passes: Map<Scene, Pass>;
  beforeAll(async () => {
    expect(CHANGES).toHaveLength(30);
    await makeChanges(system.admin, moving);
    await eventually(
      async () => {
        await atRest();
        passes = await judged();
        expect(unsettled()).toEqual([]);
      },
      { timeoutMs: 60_000 },
      // What is not so in time is named by the tests.
    ).catch((error: unknown) => {
      if (isKubeError(error)) throw error;
    });
  });

  /** Those that upstream would sync or write when it starts again, with the reason. */
  const unsettled = (): string[] =>
    [...passes].flatMap(([scene, { outcome, why, effects }]) => {
      const waits =
        restless.has(nameOf(scene)) && effects.every(({ kind }) => kind === 'writeStatus' || kind === 'event');
      return (outcome === 'settled' && effects.length === 0) || (outcome === 'synced' && waits)
        ? []
        : [`${nameOf(scene)}: ${outcome}, ${why}`];
    });

  test('upstream would find none of the 300 due, and every target valid [1.4.1] [1.4.3] [1.6.13] [1.16.3]', () => {
    expect(passes.size).toBe(COUNT);
    expect(unsettled()).toEqual([]);
  });

  test('its next refresh would write nothing but what it would have written anyway, and what docs/differences.md names', () => {
    const changes = [...passes.keys()].flatMap(changesByRefresh).filter((change) => !before.has(change));
    expect(changes).toEqual([]);
  });

  test('it would find its keys in every target under the manager that it looks for [1.4.15]', () => {
    const unrecorded = [...passes.keys()].flatMap(keysNotItsOwn).filter((key) => !before.has(key));
    expect(unrecorded).toEqual([]);
  });
});
