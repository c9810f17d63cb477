import type { ExternalSecret } from '@eso/api/resources';
import { type Source, sourcesOf } from '@eso/sync';
import { missingFeature } from './missing-feature.ts';

type Spec = ExternalSecret['spec'];

function only(spec: Spec): Source {
  const [source] = sourcesOf({ spec: { secretStoreRef: { kind: 'Provider', name: 's' }, ...spec } });
  if (!source) throw new Error('no source');
  return source;
}

const data = (metadataPolicy?: 'None' | 'Fetch'): Spec => ({
  data: [{ secretKey: 'k', remoteRef: { key: 'r', ...(metadataPolicy ? { metadataPolicy } : {}) } }],
});
const extract = (metadataPolicy?: 'None' | 'Fetch'): Spec => ({
  dataFrom: [{ extract: { key: 'r', ...(metadataPolicy ? { metadataPolicy } : {}) } }],
});
const find = (wanted: object): Spec => ({ dataFrom: [{ find: wanted }] });
const byName = { name: { regexp: 'a' } };

test.each<[string, Spec, string, string, RegExp]>([
  ['a value', data(), 'get', 'spec.data[0]', /single values/],
  ['metadata', data('Fetch'), 'metadata', 'spec.data[0].remoteRef.metadataPolicy', /metadata of secrets/],
  ['an extract', extract(), 'map', 'spec.dataFrom[0].extract', /all values/],
  ['metadata of an extract', extract('Fetch'), 'metadata', 'spec.dataFrom[0].extract.metadataPolicy', /metadata/],
  ['a find by name', find(byName), 'findByName', 'spec.dataFrom[0].find.name', /by name/],
  ['a find by tags', find({ tags: { a: 'b' } }), 'findByTags', 'spec.dataFrom[0].find.tags', /by tags/],
  ['a find by path', find({ path: 'a', ...byName }), 'findByPath', 'spec.dataFrom[0].find.path', /by path/],
])('%s takes the capability that it is about', (_what, spec, feature, field, message) => {
  const all = ['get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata'];
  const source = only(spec);
  const rest = all.filter((name) => name !== feature);
  const problem = missingFeature(source, { kind: 'Provider', name: 's', features: rest });
  expect(problem).toMatchObject({ code: 'UNSUPPORTED', field });
  expect(problem?.publicMessage).toMatch(message);
  expect(problem?.publicMessage).toContain(`(capability ${feature})`);
  expect(problem?.nextStep).toContain(rest.join(', '));
  expect(missingFeature(source, { kind: 'Provider', name: 's', features: all })).toBeUndefined();
});

test('a store that tells no details is asked', () => {
  expect(missingFeature(only(data('Fetch')), { kind: 'Provider', name: 's' })).toBeUndefined();
});

test('what is not asked for is not missed', () => {
  const store = { kind: 'Provider', name: 's', features: ['get', 'map', 'findByName'] } as const;
  for (const spec of [data(), data('None'), extract(), find({ ...byName, tags: {}, path: '' })])
    expect(missingFeature(only(spec), store)).toBeUndefined();
});
