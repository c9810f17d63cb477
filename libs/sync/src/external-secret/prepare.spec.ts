import type { ExternalSecretFind, ExternalSecretRemoteRef, ExternalSecretRewrite } from '@eso/api/resources';
import type { SecretData } from '../data/secret-data.ts';
import type { SyncError } from '../error.ts';
import { Fuel } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { prepareMap as prepareMapWith, prepareValue as prepareValueWith } from './prepare.ts';
import type { DataSource, ExtractSource, FindSource } from './sources.ts';

const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
const extract = (ref: Partial<ExternalSecretRemoteRef>, rewrite: ExternalSecretRewrite[] = []): ExtractSource => ({
  kind: 'extract',
  field: 'spec.dataFrom[3].extract',
  index: 3,
  store,
  ref: { key: 'k', ...ref },
  rewrite,
});
const find = (settings: ExternalSecretFind): FindSource => ({
  kind: 'find',
  field: 'spec.dataFrom[1].find',
  index: 1,
  store,
  find: settings,
  rewrite: [],
});
const item = (ref: Partial<ExternalSecretRemoteRef>): DataSource => ({
  kind: 'data',
  field: 'spec.data[2]',
  index: 2,
  store,
  secretKey: 'target',
  ref: { key: 'k', ...ref },
});
const bytes = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));
const fuel = new Fuel(Infinity);
const prepareMap = (source: ExtractSource | FindSource, fetched: SecretData) =>
  prepareMapWith(source, fetched, { fuel });
const prepareValue = (source: DataSource, fetched: Uint8Array) => prepareValueWith(source, fetched, { fuel });
const text = (data: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value).toString()]));
test('keys are converted, then values decoded [1.11.2] [1.2.14]', () => {
  const source = extract({ conversionStrategy: 'Unicode', decodingStrategy: 'Base64' });
  expect(text(prepareMap(source, bytes({ 'a/b': 'Zm9v' })))).toEqual({ a_U002f_b: 'foo' });
});

test('a rewrite takes the place of the conversion [1.11.2] [8.22]', () => {
  const rewrite: ExternalSecretRewrite[] = [{ regexp: { source: '/', target: '-' } }];
  expect(text(prepareMap(extract({ conversionStrategy: 'Unicode' }, rewrite), bytes({ 'a/b': 'x' })))).toEqual({
    'a-b': 'x',
  });
});

test('find takes the same way [1.11.3] [1.2.15]', () => {
  expect(text(prepareMap(find({ decodingStrategy: 'Auto' }), bytes({ 'a/b': 'Zm9v', c: '?' })))).toEqual({
    a_b: 'foo',
    c: '?',
  });
});

test.each<[string, () => unknown, Partial<SyncError>]>([
  [
    'a rewrite that leaves a bad key',
    () => prepareMap(extract({}, [{ regexp: { source: 'x', target: '/' } }]), bytes({ axb: '1' })),
    {
      code: 'KEY_INVALID',
      field: 'spec.dataFrom[3].extract',
      publicMessage:
        'invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key has an invalid character, ' +
        "only alphanumeric, '-', '.' and '_' are allowed",
    },
  ],
  [
    'a rewrite that does not compile',
    () => prepareMap(extract({}, [{ regexp: { source: '(', target: '' } }]), bytes({ a: '1' })),
    { code: 'INVALID_REGEXP', field: 'spec.dataFrom[3].rewrite[0].regexp.source' },
  ],
  [
    'keys that collide',
    () => prepareMap(find({}), bytes({ 'a/b': '1', a_b: '2' })),
    {
      code: 'KEY_COLLISION',
      field: 'spec.dataFrom[1].find',
      publicMessage: 'error applying conversion strategy Default to keys: secret name collision during conversion: a_b',
    },
  ],
  [
    'a value that is not encoded as it should be',
    () => prepareMap(find({ decodingStrategy: 'Base64URL' }), bytes({ a: '?' })),
    {
      code: 'DECODING_FAILED',
      publicMessage:
        'error applying decoding strategy Base64URL to data: failure decoding key a: the value is not valid Base64URL',
    },
  ],
  [
    'a zero byte after decoding',
    () => prepareMap(extract({ decodingStrategy: 'Base64', nullBytePolicy: 'Fail' }), bytes({ a: 'AA==' })),
    { code: 'NULL_BYTES', field: 'spec.dataFrom[3].extract' },
  ],
  [
    'a single value that is not encoded as it should be',
    () => prepareValue(item({ decodingStrategy: 'Base64' }), Buffer.from('?')),
    {
      code: 'DECODING_FAILED',
      field: 'spec.data[2].remoteRef',
      publicMessage: 'error applying decoding strategy Base64 to data: the value is not valid Base64',
    },
  ],
  [
    'a single value with a zero byte',
    () => prepareValue(item({ nullBytePolicy: 'Fail' }), Uint8Array.of(0)),
    { code: 'NULL_BYTES', field: 'spec.data[2].remoteRef' },
  ],
])('%s is an error that names its field and cause [1.11.9]', (_name, work, expected) => {
  expect(syncErrorOf(work)).toMatchObject(expected);
});

test('a single value stands under its key [1.11.5] [1.2.9]', () => {
  expect(text(prepareValue(item({ decodingStrategy: 'Base64' }), Buffer.from('Zm9v')))).toEqual({ target: 'foo' });
});
