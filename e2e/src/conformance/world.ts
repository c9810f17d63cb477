import type { ConformanceConfigInput } from '@eso/conformance';
import type { PeerLanguage } from '@eso/testing';

const API_VERSION = 'provider.example.org/v1';
const KIND = 'Memory';
const GENERATOR = { apiVersion: 'generators.example.org/v1', kind: 'MadeUp', namespace: 'team-a', name: 'password' };
/** As long as the backend takes for the secret that is slow, milliseconds. */
const SLOW_MS = 3_000;
const TOO_LARGE = 'x'.repeat(5 * 1024 * 1024);

interface SecretOptions {
  readonly tags?: Readonly<Record<string, string>>;
  readonly trouble?: 'forbidden' | 'throttled' | 'unavailable' | 'garbled';
  readonly slowMs?: number;
}

/** A secret with all its versions, the newest last. */
const secret = (
  key: string,
  values: readonly (string | Buffer)[],
  { tags = {}, trouble, slowMs }: SecretOptions = {},
) => ({
  key,
  versions: values.map((value, index) => ({ id: `v${index + 1}`, value: Buffer.from(value).toString('base64') })),
  tags,
  ...(trouble && { trouble }),
  ...(slowMs && { slowMs }),
});

const BYTES = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a, 0xc3, 0x28, 0x20]);
const TEXT = 'a value of some length';
const SPACES = '  spaces around and a line break\n';
const OBJECT = '{"user":{"name":"änn of the team"},"port":5432,"password":"of the object"}';

const secrets = [
  secret('text', [TEXT], { tags: { team: 'a', tier: 'one' } }),
  secret('spaces', [SPACES]),
  secret('bytes', [BYTES]),
  secret('versioned', ['the first version', 'the second version']),
  secret('object', [OBJECT], { tags: { team: 'a', tier: 'two' } }),
  secret('app/one', ['the first of the app'], { tags: { tier: 'two' } }),
  secret('app/two/deep', ['the second of the app']),
  secret('apple', ['no part of the app']),
  secret('somebody-elses', ['made by somebody else']),
  secret('forbidden', ['what may not be read'], { trouble: 'forbidden' }),
  secret('throttled', ['what is throttled'], { trouble: 'throttled' }),
  secret('unavailable', ['what cannot be reached'], { trouble: 'unavailable' }),
  secret('garbled', ['what makes no sense'], { trouble: 'garbled' }),
  secret('part/one', ['the first of a part']),
  secret('large', [TOO_LARGE]),
  secret('slow', ['a slow value'], { slowMs: SLOW_MS }),
];

/** What there is: for `--world` of the providers in tools/peers. */
export const world = {
  apiVersion: API_VERSION,
  kind: KIND,
  stores: [
    { kind: 'Provider', namespace: 'team-a', name: 'own', config: 'own' },
    { kind: 'Provider', namespace: 'team-a', name: 'broken', config: 'broken' },
    { kind: 'Provider', namespace: 'team-b', name: 'other', config: 'other' },
    { kind: 'ClusterProvider', name: 'shared', config: 'own' },
  ],
  configs: [
    { namespace: 'team-a', name: 'own', partialPrefix: 'part/', secrets },
    { namespace: 'team-a', name: 'broken', broken: true, secrets: [] },
    { namespace: 'team-b', name: 'other', secrets: [secret('text', ['of another team'])] },
  ],
  generators: [GENERATOR],
};

const store = (name: string, sourceNamespace = 'team-a') => ({
  apiVersion: API_VERSION,
  kind: KIND,
  name,
  storeName: name,
  sourceNamespace,
});

const all = ['get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata', 'push', 'delete', 'exists'] as const;
/** The one in Python lacks what it takes for some rules to be about something. */
const features: Readonly<Record<PeerLanguage, ConformanceConfigInput['features']>> = {
  go: [...all, 'batch', 'watch', 'generate'],
  python: [...all.filter((feature) => feature !== 'findByPath'), 'batch', 'generate'],
};

/** What the suite is told of that world. */
export const configFor = (language: PeerLanguage): ConformanceConfigInput => ({
  features: features[language],
  olderCore: language === 'go' ? 'answered' : 'refused',
  store: store('own'),
  otherStore: store('other', 'team-b'),
  brokenStore: store('broken'),
  clusterStore: { ...store('own'), storeName: 'shared', storeRefKind: 'ClusterProvider', namespace: 'team-a' },
  secrets: [
    { key: 'text', value: TEXT },
    { key: 'spaces', value: SPACES },
    { key: 'bytes', value: { base64: BYTES.toString('base64') } },
  ],
  versions: [
    { key: 'versioned', version: 'v1', value: 'the first version' },
    { key: 'versioned', version: 'v2', value: 'the second version' },
  ],
  properties: [
    { key: 'object', property: 'user.name', value: 'änn of the team' },
    { key: 'object', property: 'port', value: '5432' },
  ],
  metadata: [{ key: 'text', contains: { tags: { team: 'a' } } }],
  absent: { key: 'nowhere' },
  absentProperty: { key: 'object', property: 'nothing' },
  absentVersion: { key: 'versioned', version: 'v3' },
  forbidden: { key: 'forbidden' },
  throttled: { key: 'throttled' },
  unavailable: { key: 'unavailable' },
  garbled: { key: 'garbled' },
  maps: [{ key: 'object', entries: { user: '{"name":"änn of the team"}', port: '5432', password: 'of the object' } }],
  notAnObject: { key: 'text' },
  findByName: [
    {
      name: 'app',
      entries: {
        'app/one': 'the first of the app',
        'app/two/deep': 'the second of the app',
        apple: 'no part of the app',
      },
    },
  ],
  findByTags: [{ tags: { team: 'a', tier: 'two' }, entries: { object: OBJECT } }],
  findByPath: [
    { path: 'app', entries: { 'app/one': 'the first of the app', 'app/two/deep': 'the second of the app' } },
  ],
  partialFind: { name: '^part/' },
  pushKey: { key: 'pushed' },
  pushProperty: { key: 'pushed-properties' },
  pushWhole: { key: 'pushed-whole' },
  deleteKey: { key: 'pushed-to-delete' },
  unmanaged: { key: 'somebody-elses', value: 'made by somebody else' },
  existing: [{ key: 'text' }, { key: 'object', property: 'port' }],
  generator: { ...GENERATOR, sourceNamespace: 'team-a' },
  tooLarge: [{ key: 'large' }],
  slow: { key: 'slow', value: 'a slow value' },
});
