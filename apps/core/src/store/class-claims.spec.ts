import type { KubeObject } from '@eso/kube';
import { claimsOf, keyClaim, oldest } from './class-claims.ts';

test('what a class claims, in the order of its spec, each with its field', () => {
  const serves = {
    stores: ['aws', 'fake'],
    generators: [{ group: 'generators.external-secrets.io', kind: 'Password' }],
  };
  expect(claimsOf({ spec: { address: 'a', serves } })).toEqual([
    { id: keyClaim('aws'), field: 'spec.serves.stores[0]', what: 'the key "aws"' },
    { id: keyClaim('fake'), field: 'spec.serves.stores[1]', what: 'the key "fake"' },
    {
      id: 'generator/generators.external-secrets.io/Password',
      field: 'spec.serves.generators[0]',
      what: 'generator Password of generators.external-secrets.io',
    },
  ]);
});

test.each([[{ address: 'a' }], [{ address: 'a', serves: {} }]])('a class may claim nothing: %j', (spec) => {
  expect(claimsOf({ spec })).toEqual([]);
});

test('a key and a generator of the same name are two claims', () => {
  const serves = { stores: ['fake'], generators: [{ group: 'key', kind: 'fake' }] };
  const ids = claimsOf({ spec: { address: 'a', serves } }).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

const created = (name: string, creationTimestamp?: string): KubeObject => ({
  apiVersion: 'external-secrets.io/v1alpha1',
  kind: 'ClusterProviderClass',
  metadata: { name, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) },
});

test.each([
  ['the older, whatever its name', [created('a', '2026-01-02T00:00:00Z'), created('b', '2026-01-01T00:00:00Z')], 'b'],
  [
    'of the same second the first by name',
    [created('b', '2026-01-01T00:00:00Z'), created('a', '2026-01-01T00:00:00Z')],
    'a',
  ],
  ['the only one', [created('a', '2026-01-01T00:00:00Z')], 'a'],
  ['nobody', [], undefined],
])('a claim is held by %s', (_, claimants, name) => {
  for (const order of [claimants, claimants.toReversed()]) expect(oldest(order)?.metadata.name).toBe(name);
});
