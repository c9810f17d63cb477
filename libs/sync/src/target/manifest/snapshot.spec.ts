import type { KubeObject } from '@eso/kube';
import { fieldManager } from '../field-manager.ts';
import { snapshotManifest } from './snapshot.ts';

const MANY = 40;

/** A ConfigMap whose value many say they wrote. */
function claimed(bytes: number): KubeObject {
  const managers = Array.from({ length: MANY }, (_, index) => fieldManager(`es-${index}`));
  const object: KubeObject & { data: Record<string, string> } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'app',
      namespace: 'team',
      managedFields: managers.map((manager) => ({
        manager,
        operation: 'Apply',
        fieldsV1: { 'f:data': { 'f:value': {} } },
      })),
    },
    data: { value: 'x'.repeat(bytes) },
  };
  return object;
}

test('what several wrote is hashed for each of them', () => {
  const { shares } = snapshotManifest(claimed(1_000));
  expect(Object.keys(shares)).toHaveLength(MANY);
  expect(new Set(Object.values(shares)).size).toBe(1);
});

test('of a large object the shares of a few are hashed, however many say that they wrote it', () => {
  const { shares, dataHash } = snapshotManifest(claimed(1024 * 1024));
  expect(Object.keys(shares)).toHaveLength(3);
  // What tells drift is there in any case.
  expect(dataHash).toHaveLength(56);
});
