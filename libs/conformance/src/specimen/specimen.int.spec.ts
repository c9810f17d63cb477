import { conformanceOf } from '../testing/index.ts';
import { RULES, type Report, type RuleId, shortcomings } from '../index.ts';
import { type HeldSecret, specimen } from './specimen.ts';

const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
const LARGE = 8 * 1024;

const held = (): [string, HeldSecret][] => [
  ['text', { versions: [' a value of some length\n'] }],
  ['other', { versions: ['another value'] }],
  ['versioned', { versions: ['the first version', 'the second version'] }],
  ['object', { versions: ['{"user":"ann of the team","port":"port 5432"}'] }],
  ['tagged/one', { versions: ['a tagged value'], tags: { team: 'a' } }],
  ['foreign', { versions: ['the value of somebody else'], managed: false }],
  ['slow', { versions: ['the value of a slow backend'] }],
  ['large', { versions: ['x'.repeat(LARGE)] }],
];

const objects = (name: string, spec: object, namespace = 'team-a') => {
  const metadata = { name, namespace };
  const providerRef = { apiVersion: OWN, kind: 'Specimen', name };
  return [
    { apiVersion: OWN, kind: 'Specimen', metadata, spec },
    { apiVersion: STORE, kind: 'Provider', metadata, spec: { address: 'specimen:8443', providerRef } },
  ];
};
const store = (name: string, sourceNamespace = 'team-a') => ({
  ...{ apiVersion: OWN, kind: 'Specimen', name, storeName: name, sourceNamespace },
});
const generator = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Token', name: 'token' };

function judged(breaks?: RuleId, only?: readonly RuleId[]): Promise<Report> {
  const entries = { user: 'ann of the team', port: 'port 5432' };
  const text = { key: 'text', value: ' a value of some length\n' };
  const other = { key: 'other', value: 'another value' };
  return conformanceOf({
    definition: specimen(new Map(held()), breaks),
    objects: [
      ...objects('own', {}),
      ...objects('other', {}, 'team-b'),
      ...objects('broken', { broken: true }),
      { ...generator, metadata: { name: 'token', namespace: 'team-a' }, spec: {} },
    ],
    limits: { responseBytes: LARGE },
    slowMs: 3_000,
    // A change that is not told is waited for.
    ...(breaks === 'watch.2' && { ruleTimeoutMs: 2_000 }),
    ...(only && { only }),
    config: {
      store: store('own'),
      otherStore: store('other', 'team-b'),
      brokenStore: store('broken'),
      olderCore: 'refused',
      limits: { responseBytes: LARGE },
      secrets: [text, other],
      versions: [
        { key: 'versioned', version: '1', value: 'the first version' },
        { key: 'versioned', version: '2', value: 'the second version' },
      ],
      properties: [{ key: 'object', property: 'user', value: entries.user }],
      metadata: [{ key: 'tagged/one', contains: { team: 'a' } }],
      absent: { key: 'nowhere' },
      absentProperty: { key: 'object', property: 'age' },
      absentVersion: { key: 'versioned', version: '3' },
      forbidden: { key: 'forbidden' },
      throttled: { key: 'throttled' },
      unavailable: { key: 'down' },
      garbled: { key: 'garbled' },
      maps: [{ key: 'object', entries }],
      notAnObject: { key: 'text' },
      findByName: [{ name: '^text$|^other$', entries: { text: text.value, other: other.value } }],
      findByTags: [{ tags: { team: 'a' }, entries: { 'tagged/one': 'a tagged value' } }],
      findByPath: [{ path: 'tagged', entries: { 'tagged/one': 'a tagged value' } }],
      partialFind: { path: 'partial' },
      pushKey: { key: 'pushed' },
      pushProperty: { key: 'pushed-properties' },
      pushWhole: { key: 'pushed-whole' },
      deleteKey: { key: 'deleted' },
      unmanaged: { key: 'foreign', value: 'the value of somebody else' },
      existing: [{ key: 'text' }],
      generator: { ...generator, sourceNamespace: 'team-a' },
      tooLarge: [{ key: 'large' }],
      slow: { key: 'slow', value: 'the value of a slow backend' },
      lacks: { clusterStore: 'its config stands in objects of its own' },
    },
  });
}

test('who can do everything keeps every rule', async () => {
  const report = await judged();
  expect(shortcomings(report)).toEqual([]);
  expect(report.rules.flatMap(({ id, outcome }) => (outcome === 'notRun' ? [id] : []))).toEqual([
    'capabilities.4',
    'validate.4',
    'find.6',
  ]);
}, 60_000);

/** What the backend has a hand in, and takes no time; the rest is the kit's. */
const QUICK = RULES.map(({ id }) => id).filter(
  (id) => !/^(authentication|cancellation|concurrency\.[23]|limits|reload|shutdown)/.test(id),
);

test.each<RuleId>([
  ...(['validate.1', 'validate.2', 'capabilities.3'] as const),
  ...(['get.1', 'get.2', 'get.3', 'get.4', 'get.5', 'get.6', 'get.7', 'get.9', 'get.11', 'get.12', 'get.13'] as const),
  ...(['map.1', 'map.2', 'map.3', 'find.1', 'find.2', 'find.3', 'find.4', 'find.9'] as const),
  ...(['push.1', 'push.2', 'push.3', 'push.4', 'push.5', 'exists.1', 'exists.2', 'exists.3'] as const),
  ...(['delete.1', 'delete.2', 'delete.3', 'batch.1', 'batch.2', 'watch.2', 'generate.2'] as const),
  ...(['concurrency.1', 'words.3'] as const),
])('who breaks %s is told so, and nothing else', async (broken) => {
  const { rules } = await judged(broken, QUICK);
  expect(rules.flatMap(({ id, outcome }) => (outcome === 'failed' ? [id] : []))).toEqual([broken]);
});
