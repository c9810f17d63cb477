/** What the fields of sources do: `secretStoreRef`, `data`, `dataFrom`. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import type { FieldEntry, InertEntry } from './field-entry.ts';

type DataItem = NonNullable<ExternalSecretSpec['data']>[number];
type DataFromItem = NonNullable<ExternalSecretSpec['dataFrom']>[number];
type Merge = NonNullable<NonNullable<DataFromItem['rewrite']>[number]['merge']>;

const item = (remoteRef: DataItem['remoteRef'], more: Partial<DataItem> = {}): Partial<ExternalSecretSpec> => ({
  data: [{ secretKey: 'user', remoteRef, ...more }],
});
const from = (entry: DataFromItem): Partial<ExternalSecretSpec> => ({ dataFrom: [entry] });
const find = (more: DataFromItem['find'], entry: Omit<DataFromItem, 'find'> = {}): Partial<ExternalSecretSpec> =>
  from({ find: { name: { regexp: '^app/' }, ...more }, ...entry });
/** Two secrets whose values are objects with the property `x`. */
const ORIGINALS = { 'object-a': '{"x":"a"}', 'object-b': '{"x":"b"}' };
const merged = (merge: Merge): Partial<ExternalSecretSpec> =>
  find({ name: { regexp: '^object-' } }, { rewrite: [{ merge }] });

const failed = (code: string, ...texts: string[]): object => ({
  ready: 'False',
  data: undefined,
  message: expect.stringMatching(
    new RegExp([...texts.map((text) => text.replaceAll(/[[\].]/g, '\\$&')), `\\[${code}\\]`].join('.*')),
  ) as unknown,
});

/** Fields of `data`. */
const DATA: readonly FieldEntry[] = [
  {
    fields: ['spec.data[].secretKey'],
    does: 'is the key of the target',
    with: { data: [{ secretKey: 'login', remoteRef: { key: 'user' } }] },
    shows: { data: { login: 'admin' } },
    otherwise: { data: { user: 'admin' } },
  },
  {
    fields: ['spec.data[].remoteRef.key'],
    does: 'is the secret',
    with: item({ key: 'other' }),
    shows: { data: { user: 'someone' } },
    otherwise: { data: { user: 'admin' } },
  },
  {
    fields: ['spec.data[].remoteRef.property'],
    does: 'is a part of the secret',
    without: item({ key: 'json' }),
    with: item({ key: 'json', property: 'host' }),
    shows: { data: { user: 'db' } },
  },
  {
    fields: ['spec.data[].remoteRef.version'],
    does: 'is the version of the secret',
    without: item({ key: 'versioned' }),
    with: item({ key: 'versioned', version: 'v2' }),
    shows: { data: { user: 'second' } },
    otherwise: { data: { user: 'first' } },
  },
  {
    fields: ['spec.data[].remoteRef.metadataPolicy'],
    does: 'asks for metadata, which a kind that has none refuses',
    with: item({ key: 'user', metadataPolicy: 'Fetch' }),
    shows: failed('UNSUPPORTED', 'spec.data[0].remoteRef.metadataPolicy'),
  },
  {
    fields: ['spec.data[].remoteRef.decodingStrategy'],
    does: 'decodes the value',
    without: item({ key: 'encoded' }),
    with: item({ key: 'encoded', decodingStrategy: 'Base64' }),
    shows: { data: { user: 'plain' } },
    otherwise: { data: { user: 'cGxhaW4=' } },
  },
  {
    fields: ['spec.data[].remoteRef.nullBytePolicy'],
    does: 'refuses a value with a zero byte',
    without: item({ key: 'zero', decodingStrategy: 'Base64' }),
    with: item({ key: 'zero', decodingStrategy: 'Base64', nullBytePolicy: 'Fail' }),
    shows: failed('NULL_BYTES', 'spec.data[0]'),
  },
  {
    fields: ['spec.data[].sourceRef.storeRef.name'],
    does: 'is the store of this value',
    with: item({ key: 'user' }, { sourceRef: { storeRef: { kind: 'Provider', name: 'second' } } }),
    shows: { data: { user: 'admin of second' } },
    otherwise: { data: { user: 'admin' } },
  },
  {
    fields: ['spec.data[].sourceRef.storeRef.kind'],
    does: 'is the kind of the store of this value',
    without: item({ key: 'user' }, { sourceRef: { storeRef: { kind: 'Provider', name: 'second' } } }),
    with: item({ key: 'user' }, { sourceRef: { storeRef: { kind: 'ClusterProvider', name: 'second' } } }),
    shows: { data: { user: 'admin of all' } },
    otherwise: { data: { user: 'admin of second' } },
  },
  {
    fields: ['apiVersion', 'kind', 'name'].map((name) => `spec.data[].sourceRef.generatorRef.${name}`),
    does: 'is refused until generators are built',
    with: item({ key: 'user' }, { sourceRef: { generatorRef: { apiVersion: 'g/v1', kind: 'UUID', name: 'u' } } }),
    shows: failed('NOT_BUILT_YET', 'spec.data[0].sourceRef.generatorRef'),
  },
];

/** Fields of `dataFrom` that say what is fetched. */
const FETCHED: readonly FieldEntry[] = [
  {
    fields: ['spec.dataFrom[].extract.key'],
    does: 'is the secret whose properties are taken',
    without: from({ extract: { key: 'json' } }),
    with: from({ extract: { key: 'nested' } }),
    shows: { data: { inner: '{"deep":"down"}' } },
    otherwise: { data: { host: 'db', a_b: 'slash' } },
  },
  {
    fields: ['spec.dataFrom[].extract.property'],
    does: 'is the object in the secret whose properties are taken',
    without: from({ extract: { key: 'nested' } }),
    with: from({ extract: { key: 'nested', property: 'inner' } }),
    shows: { data: { deep: 'down' } },
  },
  {
    fields: ['spec.dataFrom[].extract.version'],
    does: 'is the version of the secret',
    without: from({ extract: { key: 'v-object' } }),
    with: from({ extract: { key: 'v-object', version: 'v2' } }),
    shows: { data: { n: '2' } },
    otherwise: { data: { n: '1' } },
  },
  {
    fields: ['spec.dataFrom[].extract.metadataPolicy'],
    does: 'asks for metadata, which a kind that has none refuses',
    without: from({ extract: { key: 'json' } }),
    with: from({ extract: { key: 'json', metadataPolicy: 'Fetch' } }),
    shows: failed('UNSUPPORTED', 'spec.dataFrom[0].extract.metadataPolicy'),
  },
  {
    fields: ['spec.dataFrom[].extract.conversionStrategy'],
    does: 'says how keys are converted',
    without: from({ extract: { key: 'json' } }),
    with: from({ extract: { key: 'json', conversionStrategy: 'Unicode' } }),
    shows: { data: { host: 'db', a_U002f_b: 'slash' } },
    otherwise: { data: { host: 'db', a_b: 'slash' } },
  },
  {
    fields: ['spec.dataFrom[].extract.decodingStrategy'],
    does: 'decodes the values',
    without: from({ extract: { key: 'encoded-object' } }),
    with: from({ extract: { key: 'encoded-object', decodingStrategy: 'Base64' } }),
    shows: { data: { a: 'plain' } },
  },
  {
    fields: ['spec.dataFrom[].extract.nullBytePolicy'],
    does: 'refuses values with a zero byte',
    without: from({ extract: { key: 'zero-object', decodingStrategy: 'Base64' } }),
    with: from({ extract: { key: 'zero-object', decodingStrategy: 'Base64', nullBytePolicy: 'Fail' } }),
    shows: failed('NULL_BYTES', 'spec.dataFrom[0].extract'),
  },
  {
    fields: ['spec.dataFrom[].find.path'],
    does: 'is refused by a kind that has no paths',
    without: find({}),
    with: find({ path: 'app' }),
    shows: failed('UNSUPPORTED', 'spec.dataFrom[0].find'),
  },
  {
    fields: ['spec.dataFrom[].find.name.regexp'],
    does: 'selects secrets by name',
    without: find({}),
    with: find({ name: { regexp: '^other$' } }),
    shows: { data: { other: 'someone' } },
  },
  {
    fields: ['spec.dataFrom[].find.tags{}'],
    does: 'is refused by a kind that has no tags',
    without: find({}),
    with: find({ tags: { team: 'red' } }),
    shows: failed('UNSUPPORTED', 'spec.dataFrom[0].find'),
  },
  {
    fields: ['spec.dataFrom[].find.conversionStrategy'],
    does: 'says how keys are converted',
    without: find({}),
    with: find({ conversionStrategy: 'Unicode' }),
    shows: { data: { app_U002f_one: 'MQ==' } },
    otherwise: { data: { app_one: 'MQ==' } },
  },
  {
    fields: ['spec.dataFrom[].find.decodingStrategy'],
    does: 'decodes the values',
    without: find({}),
    with: find({ decodingStrategy: 'Auto' }),
    shows: { data: { app_one: '1' } },
  },
  {
    fields: ['spec.dataFrom[].find.nullBytePolicy'],
    does: 'refuses values with a zero byte',
    without: find({ name: { regexp: '^zero$' }, decodingStrategy: 'Base64' }),
    with: find({ name: { regexp: '^zero$' }, decodingStrategy: 'Base64', nullBytePolicy: 'Fail' }),
    shows: failed('NULL_BYTES', 'spec.dataFrom[0].find'),
  },
  {
    fields: ['spec.dataFrom[].sourceRef.storeRef.name'],
    does: 'is the store of this entry',
    without: find({ name: { regexp: '^user$' } }),
    with: find({ name: { regexp: '^user$' } }, { sourceRef: { storeRef: { kind: 'Provider', name: 'second' } } }),
    shows: { data: { user: 'admin of second' } },
    otherwise: { data: { user: 'admin' } },
  },
  {
    fields: ['spec.dataFrom[].sourceRef.storeRef.kind'],
    does: 'is the kind of the store of this entry',
    without: find({ name: { regexp: '^user$' } }, { sourceRef: { storeRef: { kind: 'Provider', name: 'second' } } }),
    with: find(
      { name: { regexp: '^user$' } },
      { sourceRef: { storeRef: { kind: 'ClusterProvider', name: 'second' } } },
    ),
    shows: { data: { user: 'admin of all' } },
  },
  {
    fields: ['apiVersion', 'kind', 'name'].map((name) => `spec.dataFrom[].sourceRef.generatorRef.${name}`),
    does: 'is refused until generators are built',
    with: from({ sourceRef: { generatorRef: { apiVersion: 'g/v1', kind: 'UUID', name: 'u' } } }),
    shows: failed('NOT_BUILT_YET', 'spec.dataFrom[0].sourceRef.generatorRef'),
  },
];

/** Fields of rewrites. */
const REWRITES: readonly FieldEntry[] = [
  {
    fields: ['spec.dataFrom[].rewrite[].regexp.source'],
    does: 'is what is replaced in keys',
    without: find({ name: { regexp: '^user$' } }, { rewrite: [{ regexp: { source: '^none$', target: 'login' } }] }),
    with: find({ name: { regexp: '^user$' } }, { rewrite: [{ regexp: { source: '^user$', target: 'login' } }] }),
    shows: { data: { login: 'admin' } },
  },
  {
    fields: ['spec.dataFrom[].rewrite[].regexp.target'],
    does: 'is what takes its place',
    without: find({ name: { regexp: '^user$' } }, { rewrite: [{ regexp: { source: 'user', target: 'login' } }] }),
    with: find({ name: { regexp: '^user$' } }, { rewrite: [{ regexp: { source: 'user', target: 'name' } }] }),
    shows: { data: { name: 'admin' } },
  },
  {
    fields: ['spec.dataFrom[].rewrite[].merge.into'],
    does: 'is the key of the merged object',
    without: merged({ strategy: 'JSON', conflictPolicy: 'Ignore', into: 'one' }),
    with: merged({ strategy: 'JSON', conflictPolicy: 'Ignore', into: 'two' }),
    shows: { data: { ...ORIGINALS, two: '{"x":"b"}' } },
    otherwise: { data: { ...ORIGINALS, one: '{"x":"b"}' } },
  },
  {
    fields: ['spec.dataFrom[].rewrite[].merge.priority[]'],
    does: 'is the key that wins',
    without: merged({ conflictPolicy: 'Ignore' }),
    with: merged({ conflictPolicy: 'Ignore', priority: ['object-a'] }),
    shows: { data: { x: 'a' } },
    otherwise: { data: { x: 'b' } },
  },
  {
    fields: ['spec.dataFrom[].rewrite[].merge.priorityPolicy'],
    does: 'says whether a priority key may be missing',
    without: merged({ conflictPolicy: 'Ignore', priority: ['nobody'] }),
    with: merged({ conflictPolicy: 'Ignore', priority: ['nobody'], priorityPolicy: 'IgnoreNotFound' }),
    shows: { ready: 'True', data: { x: 'b' } },
    otherwise: failed('REWRITE_FAILED', 'spec.dataFrom[0].rewrite[0].merge'),
  },
  {
    fields: ['spec.dataFrom[].rewrite[].merge.conflictPolicy'],
    does: 'says whether a property may stand in several values',
    without: merged({}),
    with: merged({ conflictPolicy: 'Ignore' }),
    shows: { ready: 'True', data: { x: 'b' } },
    otherwise: failed('REWRITE_FAILED', 'spec.dataFrom[0].rewrite[0].merge'),
  },
  {
    fields: ['spec.dataFrom[].rewrite[].merge.strategy'],
    does: 'says what comes of the merged object',
    without: merged({ conflictPolicy: 'Ignore', into: 'all' }),
    with: merged({ conflictPolicy: 'Ignore', into: 'all', strategy: 'JSON' }),
    shows: { data: { ...ORIGINALS, all: '{"x":"b"}' } },
    otherwise: { data: { x: 'b' } },
  },
];

/** Fields of stores and sources. */
export const SOURCE_FIELDS: readonly FieldEntry[] = [
  {
    fields: ['spec.secretStoreRef.name'],
    does: 'is the store',
    with: { secretStoreRef: { kind: 'Provider', name: 'second' } },
    shows: { data: { user: 'admin of second' } },
    otherwise: { data: { user: 'admin' } },
  },
  {
    fields: ['spec.secretStoreRef.kind'],
    does: 'is the kind of the store',
    without: { secretStoreRef: { kind: 'Provider', name: 'second' } },
    with: { secretStoreRef: { kind: 'ClusterProvider', name: 'second' } },
    shows: { data: { user: 'admin of all' } },
    otherwise: { data: { user: 'admin of second' } },
  },
  ...DATA,
  ...FETCHED,
  ...REWRITES,
];

/** Fields of sources that change nothing. */
export const INERT_SOURCE_FIELDS: readonly InertEntry[] = [
  {
    fields: ['spec.data[].remoteRef.conversionStrategy'],
    why: 'the key of a data item is the one that the user wrote, and is not converted, as in External Secrets',
    with: item({ key: 'user', conversionStrategy: 'Unicode' }),
  },
];
