import type { ObjectMeta } from '@eso/kube';
import { snapshotSource } from './source-snapshot.ts';

const object = (metadata: Partial<ObjectMeta>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'team', name: 'c', resourceVersion: '7', ...metadata },
});

test('what is kept is that it is there and when it was last written', () => {
  const managedFields = [
    { manager: 'a', time: '2026-01-01T00:00:05Z' },
    { manager: 'b', time: '2026-01-01T00:00:09Z' },
    { manager: 'c' },
  ];
  const labels = { secret: 'maybe' };
  expect(snapshotSource(object({ creationTimestamp: '2026-01-01T00:00:01Z', managedFields, labels }))).toEqual({
    metadata: { namespace: 'team', name: 'c', resourceVersion: '7' },
    changedAtMs: Date.UTC(2026, 0, 1, 0, 0, 9),
  });
});

test.each<[Partial<ObjectMeta>, number]>([
  [{ creationTimestamp: '2026-01-01T00:00:01Z' }, Date.UTC(2026, 0, 1, 0, 0, 1)],
  [{ creationTimestamp: 'no time' }, 0],
  [{}, 0],
])('of %j the time is %d', (metadata, expected) => {
  expect(snapshotSource(object(metadata)).changedAtMs).toBe(expected);
});
