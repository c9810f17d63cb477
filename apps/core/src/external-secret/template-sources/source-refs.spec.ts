import type { ExternalSecret, ExternalSecretTarget, ExternalSecretTemplate } from '@eso/api/resources';
import { sourceIndexKeys, templateSourcesOf } from './source-refs.ts';

const items = (...keys: string[]) => keys.map((key) => ({ key, templateAs: 'Values' as const }));
const es = (
  templateFrom: ExternalSecretTemplate['templateFrom'],
  target: ExternalSecretTarget = {},
): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { namespace: 'team', name: 'es' },
  spec: {
    target: {
      ...target,
      template: { engineVersion: 'v2', mergePolicy: 'Replace', ...(templateFrom && { templateFrom }) },
    },
  },
});

test('each object once, with all that is read of it and where that is written [1.2.50]', () => {
  const sources = templateSourcesOf(
    es([
      { target: 'Data', literal: 'a: b' },
      { target: 'Data', configMap: { name: 'c', items: items('x', 'y') }, secret: { name: 'c', items: items('z') } },
      { target: 'Labels', configMap: { name: 'c', items: items('x') } },
    ]),
  );
  const field = 'spec.target.template.templateFrom';
  expect(sources).toEqual([
    {
      kind: 'configMap',
      name: 'c',
      field: `${field}[1].configMap`,
      items: [
        { entry: 1, item: 0, key: 'x', field: `${field}[1].configMap.items[0]` },
        { entry: 1, item: 1, key: 'y', field: `${field}[1].configMap.items[1]` },
        { entry: 2, item: 0, key: 'x', field: `${field}[2].configMap.items[0]` },
      ],
    },
    {
      kind: 'secret',
      name: 'c',
      field: `${field}[1].secret`,
      items: [{ entry: 1, item: 0, key: 'z', field: `${field}[1].secret.items[0]` }],
    },
  ]);
});

test('it is of the namespace of the ExternalSecret, and none other can be named [1.13.17]', () => {
  const named = es([{ target: 'Data', secret: { name: 'other/c', items: items('x') } }]);
  expect(sourceIndexKeys(named)).toEqual(['secret/team/other/c']);
  expect(sourceIndexKeys(es([{ target: 'Data', configMap: { name: 'c', items: items('x') } }]))).toEqual([
    'configMap/team/c',
  ]);
});

test.each<[string, ExternalSecret]>([
  ['no entries', es(undefined)],
  ['no template', { ...es([]), spec: {} }],
  ['literals only', es([{ target: 'Data', literal: 'a: b' }])],
  [
    'a target that is left to others',
    es([{ target: 'Data', configMap: { name: 'c', items: items('x') } }], { creationPolicy: 'None' }),
  ],
])('with %s nothing is read', (_case, given) => {
  expect(templateSourcesOf(given)).toEqual([]);
});
