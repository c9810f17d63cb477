import type { Secret } from '@eso/kube';
import { holdsShare, snapshotSecret } from './snapshot.ts';

const MANAGER = 'externalsecrets.external-secrets.io/app';

/** As an API server sends it: a document of its own, so that no two share a text. */
function arrived(name: string): Secret {
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      data: { password: 'aHVudGVyMg==' },
      metadata: {
        name,
        namespace: 'team',
        uid: `uid-of-${name}`,
        resourceVersion: '7',
        creationTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['example.com/keep'],
        labels: { team: 'red' },
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}',
          note: 'hi',
        },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'bystander', uid: 'uid-2' },
          { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name, uid: 'uid-3', controller: true },
        ],
        managedFields: [
          { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:theirs': {} } } } },
          {
            manager: MANAGER,
            operation: 'Update',
            time: '2026-01-01T00:00:00Z',
            fieldsV1: {
              'f:data': { 'f:password': {} },
              'f:metadata': { 'f:labels': { 'f:team': {} }, 'f:ownerReferences': { [`k:{"uid":"${name}"}`]: {} } },
              'f:type': {},
            },
          },
        ],
      },
    }),
  ) as Secret;
}

test('of a Secret there stays what decisions look at, and nothing of its values', () => {
  const snapshot = snapshotSecret(arrived('app'));
  expect(snapshot.metadata).toEqual({
    name: 'app',
    namespace: 'team',
    uid: 'uid-of-app',
    finalizers: ['example.com/keep'],
    resourceVersion: '7',
    labels: { team: 'red' },
    annotations: { note: 'hi' },
    ownerReferences: [
      { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'app', uid: 'uid-3', controller: true },
    ],
    managedFields: [
      { manager: MANAGER, fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} }, 'f:annotations': {} } } },
    ],
  });
  expect(JSON.stringify(snapshot)).not.toMatch(/aHVudGVyMg|hunter2|password/);
});

test('what Secrets have in common is kept once', () => {
  const [first, second] = [snapshotSecret(arrived('a')), snapshotSecret(arrived('b'))];
  expect(first.metadata.managedFields?.[0]?.fieldsV1).toBe(second.metadata.managedFields?.[0]?.fieldsV1);
});

test('a Secret without any of it', () => {
  const bare: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bare' } };
  expect(snapshotSecret(bare).metadata).toEqual({ name: 'bare', annotations: {} });
});

test('one that is being deleted says so', () => {
  const going = arrived('app');
  going.metadata.deletionTimestamp = '2026-01-02T00:00:00Z';
  expect(snapshotSecret(going).metadata.deletionTimestamp).toBe('2026-01-02T00:00:00Z');
});

describe('a Secret whose managedFields somebody made up', () => {
  const managers = (count: number) =>
    Array.from({ length: count }, (_, i) => `externalsecrets.external-secrets.io/m${i}`);
  const writtenBy = (names: readonly string[], data: Record<string, string>, keys: readonly string[]): Secret => ({
    ...arrived('app'),
    data,
    metadata: {
      name: 'app',
      managedFields: names.map((manager) => ({
        manager,
        operation: 'Apply',
        fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
      })),
    },
  });

  test('has the shares of a bounded number of managers, however many it names', () => {
    const secret = writtenBy(managers(20_000), { a: 'YQ==', b: 'Yg==' }, ['a']);
    expect(Object.keys(snapshotSecret(secret).ownDataHashes ?? {})).toEqual(managers(50));
  });

  test('is hashed for a bounded number of bytes', () => {
    const large = Buffer.alloc(1024 * 1024 - 1).toString('base64');
    const secret = writtenBy(managers(50), { large, b: 'Yg==' }, ['large']);
    expect(Object.keys(snapshotSecret(secret).ownDataHashes ?? {})).toEqual(managers(4));
  });

  test('has shares of those who wrote all of it, too, where several did', () => {
    const snapshot = snapshotSecret(writtenBy(managers(2), { a: 'YQ==' }, ['a', 'gone']));
    const [first = '', second = ''] = managers(2);
    expect(snapshot.ownDataHashes).toEqual({ [first]: snapshot.dataHash, [second]: snapshot.dataHash });
  });
});

test('whose part there is nothing of is told, however many write it', () => {
  const secret = arrived('app');
  const others = Array.from({ length: 100 }, (_, index) => ({
    manager: `externalsecrets.external-secrets.io/other-${index}`,
    operation: 'Update',
    fieldsV1: { 'f:data': { 'f:password': {} } },
  }));
  const snapshot = snapshotSecret({ ...secret, metadata: { ...secret.metadata, managedFields: others } });
  expect(holdsShare(snapshotSecret(secret), MANAGER)).toBe(true);
  expect(holdsShare(snapshot, MANAGER)).toBe(false);
  for (const { manager } of others) expect(holdsShare(snapshot, manager)).toBe(true);
});
