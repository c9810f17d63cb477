import type { ExternalSecretSpec } from '@eso/api/resources';
import { notBuiltYet, unbuiltFields } from './not-built-yet.ts';

const base: ExternalSecretSpec = {
  secretStoreRef: { kind: 'Provider', name: 'p' },
  data: [{ secretKey: 'k', remoteRef: { key: 'r' } }],
};
const fields = (spec: ExternalSecretSpec): string[] => unbuiltFields({ spec }).map(({ field }) => field);
const generatorRef = { kind: 'Password', name: 'p' } as const;

test.each<[string, ExternalSecretSpec]>([
  ['the smallest', base],
  [
    'every default written out',
    {
      ...base,
      refreshPolicy: 'Periodic',
      refreshInterval: '1h0m0s',
      target: { name: 't', creationPolicy: 'CreateOrMerge', deletionPolicy: 'Merge', immutable: true },
    },
  ],
  ['a SecretStore', { ...base, secretStoreRef: { name: 's' } }],
  ['a ClusterSecretStore', { ...base, secretStoreRef: { name: 's', kind: 'ClusterSecretStore' } }],
  [
    'a SecretStore of its own for one source',
    { ...base, dataFrom: [{ find: {} }, { find: {}, sourceRef: { storeRef: { name: 's' } } }] },
  ],
  ['CreatedOnce', { ...base, refreshPolicy: 'CreatedOnce' }],
  ['OnChange', { ...base, refreshPolicy: 'OnChange' }],
  ['sync windows', { ...base, syncWindows: { kind: 'allow', windows: [{ schedule: '@daily', duration: '1h' }] } }],
  [
    'strategies, regexp and merge',
    {
      secretStoreRef: { kind: 'ClusterProvider', name: 'p' },
      dataFrom: [
        {
          extract: {
            key: 'r',
            version: '1',
            property: 'p',
            metadataPolicy: 'Fetch',
            conversionStrategy: 'Unicode',
            decodingStrategy: 'Auto',
            nullBytePolicy: 'Fail',
          },
          rewrite: [{ regexp: { source: 'a', target: 'b' } }, { merge: { strategy: 'JSON', into: 'k' } }],
        },
        { find: { path: '', tags: { a: 'b' } }, sourceRef: { storeRef: { kind: 'Provider', name: 'o' } } },
      ],
    },
  ],
  ['a reference that names nothing', { secretStoreRef: {}, dataFrom: [] }],
])('%s is built', (_name, spec) => {
  expect(fields(spec)).toEqual([]);
  expect(notBuiltYet({ spec })).toBeUndefined();
});

test.each<[ExternalSecretSpec, string]>([
  [{ ...base, dataFrom: [{ sourceRef: { generatorRef } }] }, 'spec.dataFrom[0].sourceRef.generatorRef'],
  [
    { ...base, data: [{ secretKey: 'k', remoteRef: { key: 'r' }, sourceRef: { generatorRef } }] },
    'spec.data[0].sourceRef.generatorRef',
  ],
])('%j is answered, naming %s [8.47]', (spec, field) => {
  expect(fields(spec)).toEqual([field]);
  expect(notBuiltYet({ spec })).toMatchObject({
    code: 'NOT_BUILT_YET',
    field,
    publicMessage: expect.stringContaining('not built yet') as string,
  });
});

test('several fields are all named in one message', () => {
  const spec: ExternalSecretSpec = {
    ...base,
    dataFrom: [{ sourceRef: { generatorRef } }, { sourceRef: { generatorRef } }],
  };
  expect(notBuiltYet({ spec })).toMatchObject({
    field: 'spec.dataFrom[0].sourceRef.generatorRef',
    publicMessage:
      'generators are not built yet; spec.dataFrom[1].sourceRef.generatorRef: generators are not built yet',
    nextStep: 'Use a storeRef.',
  });
});
