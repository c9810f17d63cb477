import { z } from 'zod';
import { crd } from './crd.ts';
import { configKind, customResource, generatorKind } from './custom-resource.ts';
import { coreResources } from './index.ts';

test('a config kind needs a name, a description and a spec', () => {
  const spec = z.object({ url: z.url() });
  const manifest = crd(
    configKind({
      kind: 'Demo',
      plural: 'demos',
      description: 'A demo.',
      spec,
      columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }],
    }),
  );
  expect(manifest).toMatchObject({
    metadata: { name: 'demos.provider.external-secrets.io' },
    spec: {
      group: 'provider.external-secrets.io',
      scope: 'Namespaced',
      names: {
        kind: 'Demo',
        listKind: 'DemoList',
        plural: 'demos',
        singular: 'demo',
        categories: ['external-secrets'],
      },
      versions: [
        {
          name: 'v2alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'URL' }, { name: 'Age' }],
          schema: { openAPIV3Schema: { description: 'A demo.', required: ['spec'] } },
        },
      ],
    },
  });
});

test('a generator stands in the group that users know, and in two categories', () => {
  const manifest = crd(
    generatorKind({ kind: 'UUID', plural: 'uuids', description: 'An identifier.', spec: z.object({ n: z.int() }) }),
  );
  expect(manifest).toMatchObject({
    metadata: { name: 'uuids.generators.external-secrets.io' },
    spec: {
      scope: 'Namespaced',
      names: { kind: 'UUID', categories: ['external-secrets', 'external-secrets-generators'] },
      versions: [{ name: 'v1alpha1', served: true, storage: true, additionalPrinterColumns: [{ name: 'Age' }] }],
    },
  });
});

test('a kind with retired versions alone is a mistake', () => {
  const retired = customResource({
    group: 'g',
    kind: 'Gone',
    plural: 'gones',
    scope: 'Cluster',
    description: 'Gone.',
    versions: [{ tag: 'retired', name: 'v1' }],
  });
  expect(() => crd(retired)).toThrow('Gone has no served version');
});

/** Every field of a schema with its path. */
function* fieldsOf(node: Record<string, unknown>, path: string): Generator<[string, Record<string, unknown>]> {
  yield [path, node];
  for (const [name, child] of Object.entries((node['properties'] ?? {}) as Record<string, Record<string, unknown>>)) {
    yield* fieldsOf(child, `${path}.${name}`);
  }
  const items = node['items'] as Record<string, unknown> | undefined;
  if (items) yield* fieldsOf(items, `${path}[]`);
}

test.each(coreResources)('$kind carries the label and the category that upstream has', (resource) => {
  const manifest = crd(resource);
  expect(manifest.metadata.labels).toEqual({ 'external-secrets.io/component': 'controller' });
  expect(manifest.spec.names['categories']).toContain('external-secrets');
});

test('no strategy and no policy of a source has a default: GitOps tools would report it as drift [1.2.31]', () => {
  const [externalSecret] = coreResources;
  const version = crd(externalSecret!).spec.versions[0] as {
    schema: { openAPIV3Schema: { properties: { spec: Record<string, unknown> } } };
  };
  const withDefault = [...fieldsOf(version.schema.openAPIV3Schema.properties.spec, 'spec')]
    .filter(([, node]) => 'default' in node)
    .map(([path]) => path);
  expect(withDefault.sort()).toEqual(
    [
      'spec',
      'spec.dataFrom[].rewrite[].merge.conflictPolicy',
      'spec.dataFrom[].rewrite[].merge.into',
      'spec.dataFrom[].rewrite[].merge.priorityPolicy',
      'spec.dataFrom[].rewrite[].merge.strategy',
      'spec.dataFrom[].sourceRef.generatorRef.apiVersion',
      'spec.data[].sourceRef.generatorRef.apiVersion',
      'spec.refreshInterval',
      'spec.target',
      'spec.target.creationPolicy',
      'spec.target.deletionPolicy',
      'spec.target.template.engineVersion',
      'spec.target.template.mergePolicy',
      'spec.target.template.templateFrom[].configMap.items[].templateAs',
      'spec.target.template.templateFrom[].secret.items[].templateAs',
      'spec.target.template.templateFrom[].target',
    ].sort(),
  );
});
