import type { Source } from '@eso/sync';
import { failedField } from './failed-field.ts';

const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
const common = { index: 0, store };
const data: Source = {
  ...common,
  kind: 'data',
  field: 'spec.data[0]',
  secretKey: 'k',
  ref: { key: 'a', property: 'p' },
};
const whole: Source = { ...data, ref: { key: 'a' } };
const extract: Source = {
  ...common,
  kind: 'extract',
  field: 'spec.dataFrom[0].extract',
  ref: { key: 'a' },
  rewrite: [],
};
const find: Source = {
  ...common,
  kind: 'find',
  field: 'spec.dataFrom[0].find',
  find: { name: { regexp: '(' } },
  rewrite: [],
};

test.each<[string, Source, Parameters<typeof failedField>[1], string]>([
  ['a missing secret', data, { code: 'SECRET_NOT_FOUND', field: 'remoteRef' }, 'spec.data[0].remoteRef.key'],
  ['a missing property', data, { code: 'PROPERTY_NOT_FOUND', field: undefined }, 'spec.data[0].remoteRef.property'],
  ['a property nobody wrote', whole, { code: 'PROPERTY_NOT_FOUND', field: undefined }, 'spec.data[0].remoteRef.key'],
  ['no object', extract, { code: 'PROPERTY_NOT_FOUND', field: 'extract.key' }, 'spec.dataFrom[0].extract.key'],
  ['an expression', find, { code: 'INVALID_REGEXP', field: 'find.name.regexp' }, 'spec.dataFrom[0].find.name.regexp'],
  ['a find as such', find, { code: 'LIMIT_EXCEEDED', field: 'find' }, 'spec.dataFrom[0].find'],
  [
    'a part of a find',
    find,
    { code: 'LIMIT_EXCEEDED', field: 'find.name.regexp' },
    'spec.dataFrom[0].find.name.regexp',
  ],
  ['a part that is not written', find, { code: 'UNSUPPORTED', field: 'find.tags' }, 'spec.dataFrom[0].find'],
  [
    'a part of the reference',
    data,
    { code: 'LIMIT_EXCEEDED', field: 'remoteRef.property' },
    'spec.data[0].remoteRef.property',
  ],
  ['the config', data, { code: 'CONFIG_INVALID', field: 'spec.region' }, 'spec.data[0].remoteRef (spec.region)'],
  ['nothing', data, { code: 'TIMEOUT', field: undefined }, 'spec.data[0].remoteRef'],
  ['an empty field', extract, { code: 'TIMEOUT', field: '' }, 'spec.dataFrom[0].extract'],
])('%s is looked for where the user wrote it', (_case, source, error, expected) => {
  expect(failedField(source, error)).toBe(expected);
});
