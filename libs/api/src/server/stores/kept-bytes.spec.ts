/** However large the stores and config objects of tenants are: what is kept of them is bounded, and small ones stay at hand. */
import { ManualClock } from '@eso/runtime';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { ConfigReader } from './config-reader.ts';
import { jsonBytes } from './kept-bytes.ts';
import { StoreReader } from './store-reader.ts';

const { signal } = new AbortController();
const recent = { freshness: 'recent', signal } as const;
const MIB = 1024 * 1024;
const clock = new ManualClock();
let objects: MemoryObjects;
beforeEach(() => {
  objects = new MemoryObjects();
});

/** Reads 40 things of a size, and the first of them again. @returns how often the API server was asked */
async function readsOf(read: (name: string) => Promise<unknown>): Promise<number> {
  for (let index = 0; index < 40; index += 1) await read(`one-${index}`);
  await read('one-0');
  return objects.reads;
}

test.each([
  [100, 40],
  [MIB, 41],
])('stores with a config of %d bytes are kept as long as there is room: %d reads', async (size, reads) => {
  const reader = new StoreReader({ kube: objects, clock, inlineKeys: new Set(['cloud']) });
  const read = (name: string) => {
    const spec = { provider: { cloud: { data: 'x'.repeat(size) } } };
    objects.apply({
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { namespace: 'team-a', name },
      spec,
    });
    return reader.read({ kind: 'SecretStore', namespace: 'team-a', name, uid: '', generation: 0 }, recent);
  };
  expect(await readsOf(read)).toBe(reads);
  reader.close();
});

test('a config of another provider takes no room', async () => {
  const reader = new StoreReader({ kube: objects, clock });
  const read = (name: string) => {
    const spec = { provider: { cloud: { data: 'x'.repeat(MIB) } } };
    objects.apply({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name }, spec });
    return reader.read({ kind: 'ClusterSecretStore', name, uid: '', generation: 0 }, recent);
  };
  expect(await readsOf(read)).toBe(40);
  reader.close();
});

test.each([
  [100, 40],
  [MIB, 41],
])('config objects of %d bytes are kept as long as there is room: %d reads', async (size, reads) => {
  const reader = new ConfigReader({ kube: objects, clock });
  const kind = {
    apiVersion: 'g/v1',
    kind: 'Cloud',
    place: { tag: 'object', group: 'g', version: 'v1', plural: 'clouds', scope: 'Namespaced' },
  } as const;
  const read = (name: string) => {
    objects.apply({ ...kind, metadata: { namespace: 'team-a', name }, spec: { data: 'x'.repeat(size) } });
    return reader.read(kind, { namespace: 'team-a', name }, recent);
  };
  expect(await readsOf(read)).toBe(reads);
  reader.close();
});

test('what is nested deeply is weighed, or not kept', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(jsonBytes(deep)).toBeGreaterThanOrEqual(200_000);
  expect([jsonBytes(undefined), jsonBytes({ a: 1 })]).toEqual([0, 7]);
});
