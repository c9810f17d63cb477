import { conformanceOf } from '@eso/conformance/testing';
import { reportLines, shortcomings } from '@eso/conformance';
import type { MemoryObjects, TestObject } from '@eso/api/testing';
import { fakeProvider } from './definition.ts';

const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
const MIB = 1024 * 1024;

const text = { key: 'text', value: 'a value of some length' };
const spaces = { key: 'spaces', value: '  spaces around and a line break\n' };
const first = { key: 'versioned', value: 'the first version', version: 'v1' };
const second = { key: 'versioned', value: 'the second version', version: 'v2' };
const slow = { key: 'slow', value: 'the value of a slow backend' };
const data = [
  text,
  spaces,
  first,
  second,
  slow,
  { key: 'object', value: '{"user":{"name":"änn of the team"},"port":5432}' },
];

/** A Fake, and the store that names it. */
function fake(name: string, spec: object, namespace = 'team-a'): TestObject[] {
  const metadata = { name, namespace };
  const providerRef = { apiVersion: OWN, kind: 'Fake', name };
  return [
    { apiVersion: OWN, kind: 'Fake', metadata, spec },
    { apiVersion: STORE, kind: 'Provider', metadata, spec: { address: 'fake.fake.svc:8080', providerRef } },
  ];
}

const CLUSTER = 'ClusterSecretStore';
const cluster: TestObject = {
  apiVersion: STORE,
  kind: CLUSTER,
  metadata: { name: 'cluster' },
  spec: { provider: { fake: { data } } },
};

const store = (name: string, sourceNamespace = 'team-a') =>
  ({ apiVersion: OWN, kind: 'Fake', name, storeRefKind: 'Provider', storeName: name, sourceNamespace }) as const;

/** The API server, which is away for one config object. */
function away(objects: MemoryObjects) {
  const get: MemoryObjects['get'] = (type, ref) =>
    ref.name === 'away' && type.kind === 'Fake'
      ? Promise.reject(new Error('the API server is not there'))
      : objects.get(type, ref);
  return { get, createToken: () => Promise.reject(new Error('not asked for')), isReachable: () => true };
}

test('keeps every rule of the contract that concerns it', async () => {
  const report = await conformanceOf({
    definition: fakeProvider(),
    kube: away,
    objects: [
      ...fake('own', { data }),
      ...fake('other', { data }, 'team-b'),
      cluster,
      ...fake('broken', { data, validationResult: 2 }),
      ...fake('large', { data: [{ key: 'large', value: 'x'.repeat(5 * MIB) }] }),
      ...fake('away', { data }),
    ],
    slowMs: 3_000,
    config: {
      store: store('own'),
      otherStore: store('other', 'team-b'),
      clusterStore: { ...store('cluster'), apiVersion: STORE, kind: CLUSTER, storeRefKind: CLUSTER },
      brokenStore: store('broken'),
      olderCore: 'refused',
      secrets: [text, spaces],
      versions: [first, second],
      properties: [{ key: 'object', property: 'user.name', value: 'änn of the team' }],
      absent: { key: 'nowhere' },
      absentVersion: { key: 'versioned', version: 'v9' },
      unavailable: { key: 'text', store: store('away') },
      maps: [{ key: 'object', entries: { user: '{"name":"änn of the team"}', port: '5432' } }],
      notAnObject: { key: 'text' },
      findByName: [{ name: 'ext|ces$', entries: { text: text.value, spaces: spaces.value } }],
      pushKey: { key: 'pushed' },
      unmanaged: text,
      existing: [{ key: 'text' }],
      tooLarge: [
        { key: 'large', store: store('large') },
        { name: 'large', store: store('large') },
      ],
      slow,
      lacks: {
        absentProperty: 'a Fake counts a missing property as a missing secret, as External Secrets does',
        forbidden: 'the values stand in the config',
        throttled: 'the values stand in the config',
        garbled: 'the values stand in the config',
        partialFind: 'the values stand in the config',
        pushProperty: 'a Fake has no properties to push to',
        pushWhole: 'a Fake takes single values',
        deleteKey: 'a Fake forgets nothing, as in External Secrets',
        generator: 'it has no generators',
      },
    },
  });
  process.stdout.write(`provider-fake: ${reportLines(report).at(-1)}\n`);
  expect(shortcomings(report)).toEqual([]);
}, 120_000);
