import type { ExternalSecret, ExternalSecretRewrite, ExternalSecretTemplate } from '@eso/api/resources';
import { tooMuch } from './too-much.ts';

type Spec = ExternalSecret['spec'];
const item = (i: number) => ({ secretKey: `k${i}`, remoteRef: { key: 'k' } });
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const texts = (count: number) => Object.fromEntries(many(count, (i) => [`k${i}`, 'x']));
const items = (count: number) => many(count, () => ({ key: 'k' }));
const withTemplate = (template: ExternalSecretTemplate): Spec => ({ target: { template } });
const regexp = (source = 'a', target = 'b'): ExternalSecretRewrite => ({ regexp: { source, target } });

test.each<[string, Spec, string, string]>([
  ['data', { data: many(1_001, item) }, 'spec.data', '1001 entries, more than 1000'],
  [
    'dataFrom',
    { dataFrom: many(101, () => ({ extract: { key: 'k' } })) },
    'spec.dataFrom',
    '101 entries, more than 100',
  ],
  [
    'sync windows',
    { syncWindows: { kind: 'allow', windows: many(33, () => ({ schedule: '@daily', duration: '1h' })) } },
    'spec.syncWindows.windows',
    '33 windows, more than 32',
  ],
  [
    'a schedule',
    { syncWindows: { kind: 'allow', windows: [{ schedule: `${'0,'.repeat(256)}0`, duration: '1h' }] } },
    'spec.syncWindows.windows[0].schedule',
    '513 characters, more than 512',
  ],
  [
    'templateFrom',
    withTemplate({ templateFrom: many(101, () => ({ literal: 'x' })) }),
    'spec.target.template.templateFrom',
    '101 entries, more than 100',
  ],
  [
    'items of all ConfigMaps and Secrets',
    withTemplate({
      templateFrom: many(11, (i) => ({ [i % 2 ? 'secret' : 'configMap']: { name: 'x', items: items(91) } })),
    }),
    'spec.target.template.templateFrom',
    '1001 items, more than 1000',
  ],
  ['templates', withTemplate({ data: texts(1_001) }), 'spec.target.template.data', '1001 templates, more than 1000'],
  [
    'labels of a template',
    withTemplate({ metadata: { labels: texts(1_001) } }),
    'spec.target.template.metadata.labels',
    '1001 templates, more than 1000',
  ],
  [
    'annotations of a template',
    withTemplate({ metadata: { annotations: texts(1_001) } }),
    'spec.target.template.metadata.annotations',
    '1001 templates, more than 1000',
  ],
  [
    'finalizers',
    withTemplate({ metadata: { finalizers: many(101, (i) => `example.com/f${i}`) } }),
    'spec.target.template.metadata.finalizers',
    '101 finalizers, more than 100',
  ],
  [
    'one rewrite',
    { dataFrom: [{ extract: { key: 'k' }, rewrite: many(101, () => regexp()) }] },
    'spec.dataFrom[0].rewrite',
    '101 operations, more than 100',
  ],
  [
    'all rewrites',
    { dataFrom: many(10, () => ({ extract: { key: 'k' }, rewrite: many(51, () => regexp()) })) },
    'spec.dataFrom',
    '510 rewrite operations, more than 500',
  ],
  [
    'an expression',
    { dataFrom: [{ extract: { key: 'k' }, rewrite: [regexp(), regexp('é'.repeat(2_049))] }] },
    'spec.dataFrom[0].rewrite[1].regexp.source',
    '4098 bytes, more than 4096',
  ],
  [
    'a replacement',
    { dataFrom: [{ extract: { key: 'k' }, rewrite: [regexp('a', 'b'.repeat(4_097))] }] },
    'spec.dataFrom[0].rewrite[0].regexp.target',
    '4097 characters, more than 4096',
  ],
  [
    'a template',
    { dataFrom: [{ extract: { key: 'k' }, rewrite: [{ transform: { template: 't'.repeat(16_385) } }] }] },
    'spec.dataFrom[0].rewrite[0].transform.template',
    '16385 characters, more than 16384',
  ],
  [
    'a priority list',
    { dataFrom: [{ extract: { key: 'k' }, rewrite: [{ merge: { priority: many(1_001, String) } }] }] },
    'spec.dataFrom[0].rewrite[0].merge.priority',
    '1001 keys, more than 1000',
  ],
  [
    'the name of a find',
    { dataFrom: [{ find: { name: { regexp: 'a'.repeat(4_097) } } }] },
    'spec.dataFrom[0].find.name.regexp',
    '4097 bytes, more than 4096',
  ],
  [
    'the tags of a find',
    { dataFrom: [{ find: { tags: Object.fromEntries(many(101, (i) => [`t${i}`, ''])) } }] },
    'spec.dataFrom[0].find.tags',
    '101 tags, more than 100',
  ],
  [
    'a property of an extract',
    { dataFrom: [{ extract: { key: 'k', property: 'a'.repeat(8_193) } }] },
    'spec.dataFrom[0].extract.property',
    '8193 characters, more than 8192',
  ],
  [
    'a property of data',
    { data: [item(0), { secretKey: 'k', remoteRef: { key: 'k', property: 'a'.repeat(8_193) } }] },
    'spec.data[1].remoteRef.property',
    '8193 characters, more than 8192',
  ],
])('too much of %s', (_, spec, field, publicMessage) => {
  expect(tooMuch({ spec })).toMatchObject({ code: 'SPEC_TOO_LARGE', field, publicMessage, retryable: false });
});

test('at the bounds nothing is too much', () => {
  const dataFrom = many(100, (i) => ({ extract: { key: 'k' }, rewrite: i < 5 ? many(100, () => regexp()) : [] }));
  expect(tooMuch({ spec: { data: many(1_000, item), dataFrom } })).toBeUndefined();
  expect(tooMuch({ spec: {} })).toBeUndefined();
});
