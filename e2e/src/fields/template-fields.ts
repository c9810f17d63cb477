/** What the fields of templates do. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import type { FieldEntry, RefusedEntry } from './field-entry.ts';

type Template = NonNullable<NonNullable<ExternalSecretSpec['target']>['template']>;
type TemplateFrom = NonNullable<Template['templateFrom']>[number];
type Items = NonNullable<TemplateFrom['configMap']>['items'];

const template = (more: Template): Partial<ExternalSecretSpec> => ({ target: { template: more } });
const texts = (...templateFrom: TemplateFrom[]): Partial<ExternalSecretSpec> => template({ templateFrom });
const greeting = { greeting: 'hello {{ .user }}' };

/** Fields of one reference to a ConfigMap or a Secret: the objects of both kinds hold the same texts. */
function referenceFields(kind: 'configMap' | 'secret'): readonly FieldEntry[] {
  const path = `spec.target.template.templateFrom[].${kind}`;
  const read = (name: string, item: Items[number]): Partial<ExternalSecretSpec> =>
    texts({ [kind]: { name, items: [item] } });
  return [
    {
      fields: [`${path}.name`],
      does: 'is the object whose texts are read',
      without: read('texts', { key: 'greeting' }),
      with: read('more-texts', { key: 'greeting' }),
      shows: { data: { greeting: 'good day admin' } },
      otherwise: { data: { greeting: 'hello admin' } },
    },
    {
      fields: [`${path}.items[].key`],
      does: 'is the text',
      without: read('texts', { key: 'greeting' }),
      with: read('texts', { key: 'parting' }),
      shows: { data: { parting: 'bye admin' } },
      otherwise: { data: { greeting: 'hello admin' } },
    },
    {
      fields: [`${path}.items[].templateAs`],
      does: 'says whether the text is one value or many',
      without: read('texts', { key: 'pairs' }),
      with: read('texts', { key: 'pairs', templateAs: 'KeysAndValues' }),
      shows: { data: { one: '1', user: 'admin' } },
      otherwise: { data: { pairs: 'one: 1\nuser: admin\n' } },
    },
  ];
}

/** Fields of `spec.target.template`, and the template of a rewrite. */
export const TEMPLATE_FIELDS: readonly FieldEntry[] = [
  {
    fields: ['spec.target.template.mergePolicy'],
    does: 'says whether fetched keys stay',
    without: template({ data: greeting }),
    with: template({ data: greeting, mergePolicy: 'Merge' }),
    shows: { data: { greeting: 'hello admin', user: 'admin' } },
    otherwise: { data: { greeting: 'hello admin' } },
  },
  {
    fields: ['spec.target.template.type'],
    does: 'is the type of the Secret',
    without: template({ data: greeting }),
    with: template({ data: greeting, type: 'example.org/mine' }),
    shows: { target: { type: 'example.org/mine' } },
    otherwise: { target: { type: 'Opaque' } },
  },
  {
    fields: ['spec.target.template.metadata.labels{}'],
    does: 'is a label of the Secret',
    with: template({ metadata: { labels: { of: '{{ .user }}' } } }),
    shows: { target: { metadata: { labels: { of: 'admin' } } } },
  },
  {
    fields: ['spec.target.template.metadata.annotations{}'],
    does: 'is an annotation of the Secret',
    with: template({ metadata: { annotations: { of: '{{ .user }}' } } }),
    shows: { target: { metadata: { annotations: { of: 'admin' } } } },
  },
  {
    fields: ['spec.target.template.metadata.finalizers[]'],
    does: 'is a finalizer of the Secret',
    with: template({ metadata: { finalizers: ['example.org/keep'] } }),
    shows: { target: { metadata: { finalizers: ['example.org/keep'] } } },
  },
  {
    fields: ['spec.target.template.data{}'],
    does: 'is a value of the Secret',
    with: template({ data: greeting }),
    shows: { data: { greeting: 'hello admin' } },
  },
  ...referenceFields('configMap'),
  ...referenceFields('secret'),
  {
    fields: ['spec.target.template.templateFrom[].target'],
    does: 'says what the texts become part of',
    without: texts({ literal: 'greeting: hello-{{ .user }}' }),
    with: texts({ literal: 'greeting: hello-{{ .user }}', target: 'Labels' }),
    shows: { target: { metadata: { labels: { greeting: 'hello-admin' } } } },
    otherwise: { data: { greeting: 'hello-admin' } },
  },
  {
    fields: ['spec.target.template.templateFrom[].literal'],
    does: 'is a text of its own',
    with: texts({ literal: 'greeting: hello {{ .user }}' }),
    shows: { data: { greeting: 'hello admin' } },
  },
  {
    fields: ['spec.target.template.templateFrom[].valuesDecodingStrategy'],
    does: 'decodes what was rendered',
    without: texts({ literal: 'greeting: cGxhaW4=' }),
    with: texts({ literal: 'greeting: cGxhaW4=', valuesDecodingStrategy: 'Base64' }),
    shows: { data: { greeting: 'plain' } },
    otherwise: { data: { greeting: 'cGxhaW4=' } },
  },
  {
    fields: ['spec.dataFrom[].rewrite[].transform.template'],
    does: 'makes the keys',
    without: { dataFrom: [{ find: { name: { regexp: '^user$' } } }] },
    with: {
      dataFrom: [
        { find: { name: { regexp: '^user$' } }, rewrite: [{ transform: { template: '{{ .value | upper }}' } }] },
      ],
    },
    shows: { data: { USER: 'admin' } },
    otherwise: { data: { user: 'admin' } },
  },
];

/** The field that has one value only. */
export const REFUSED_TEMPLATE_FIELDS: readonly RefusedEntry[] = [
  {
    fields: ['spec.target.template.engineVersion'],
    with: template({ engineVersion: 'v1' as 'v2' }),
    names: 'spec.target.template.engineVersion',
  },
];
