import type { ExternalSecret, ExternalSecretTarget } from '@eso/api/resources';
import { ManualClock } from '@eso/runtime';
import { fieldManager, snapshotSecret, type TargetSnapshot } from '@eso/sync';
import { createObserver, type Observe } from './observe.ts';
import { SECRET_WORDS } from './target/words.ts';

const DAMAGE = { target: 'team/shared', mended: new Set<string>() };
const clock = new ManualClock();
let target: TargetSnapshot | undefined;
let sharers: number;
let policy: ExternalSecretTarget['creationPolicy'];
let observe: Observe;
/** The shared Secret, with keys of these ExternalSecrets. */
const secretOf = (...writers: readonly string[]): TargetSnapshot =>
  snapshotSecret({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'shared',
      namespace: 'team',
      managedFields: writers.map((name) => ({ manager: fieldManager(name), fieldsV1: { 'f:data': { 'f:a': {} } } })),
    },
    data: { a: 'eA==' },
  });

beforeEach(() => {
  [target, sharers, policy] = [secretOf('app', 'other'), 2, 'Merge'];
  observe = createObserver({
    externalSecret: (key) =>
      key === 'team/app'
        ? ({
            metadata: { namespace: 'team', name: 'app' },
            spec: { target: { name: 'shared', creationPolicy: policy } },
          } as ExternalSecret)
        : undefined,
    targetOf: () => ({
      words: SECRET_WORDS,
      problem: () => undefined,
      isWatched: () => true,
      observed: () => target,
      orphans: () => [],
    }),
    repairs: { pending: () => DAMAGE, isShared: () => sharers > 1 },
    templateSources: () => ({ kind: 'unchanged' }),
    findStore: () => undefined,
    namespace: (name) => ({ name, labels: {} }),
    controllerClass: 'default',
    clusterStores: true,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
  });
});

test('nothing is seen of one that is gone', () => {
  expect(observe('team/gone')).toBeUndefined();
});

test.each([
  ['Owner', DAMAGE],
  ['Merge', DAMAGE],
  ['CreateOrMerge', DAMAGE],
  ['Orphan', undefined],
  ['None', undefined],
] as const)('under %s the damage of others to a shared target is %j', (creationPolicy, damage) => {
  policy = creationPolicy;
  expect(observe('team/app')?.damage).toBe(damage);
});

test('who shares a target that shows nothing of it is left out', () => {
  expect(observe('team/app')?.isLeftOut).toBe(false);
  target = secretOf('other');
  expect(observe('team/app')?.isLeftOut).toBe(true);
  policy = 'CreateOrMerge';
  expect(observe('team/app')?.isLeftOut).toBe(true);
});

test.each<[string, () => void]>([
  [
    'writes it alone',
    () => {
      sharers = 1;
    },
  ],
  [
    'has no target yet',
    () => {
      target = undefined;
    },
  ],
  [
    'replaces it',
    () => {
      policy = 'Owner';
    },
  ],
  [
    'leaves it to others',
    () => {
      policy = 'None';
    },
  ],
])('who %s is not', (_, change) => {
  target = secretOf('other');
  change();
  expect(observe('team/app')?.isLeftOut).toBe(false);
});

test('the time since the start counts from the first look on', async () => {
  expect(observe('team/app')?.sinceStartMs).toBe(0);
  await clock.advance(7_000);
  expect(observe('team/app')?.sinceStartMs).toBe(7_000);
});
