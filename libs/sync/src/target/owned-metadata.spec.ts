import { ownedFields } from './field-manager.ts';
import { ownedMetadata } from './owned-metadata.ts';

const fields = {
  'f:data': { 'f:password': {} },
  'f:metadata': {
    'f:labels': { '.': {}, 'f:team': {} },
    'f:annotations': { 'f:note': {} },
    'f:ownerReferences': { 'k:{"uid":"1"}': {} },
  },
  'f:type': {},
};

test('labels and annotations stay, everything else goes', () => {
  const owned = ownedMetadata(fields);
  expect(ownedFields([{ manager: 'm', fieldsV1: owned }], 'm')).toEqual({
    labels: ['team'],
    annotations: ['note'],
    dataKeys: [],
  });
  expect(JSON.stringify(owned)).not.toMatch(/password|ownerReferences|type/);
});

test('what is the same in many is one object', () => {
  expect(ownedMetadata(structuredClone(fields))).toBe(ownedMetadata(fields));
  expect(ownedMetadata({ ...fields, 'f:metadata': {} })).not.toBe(ownedMetadata(fields));
});

test('what is large is not held back for others', () => {
  const large = { 'f:metadata': { 'f:labels': { [`f:${'x'.repeat(2_000)}`]: {} } } };
  expect(ownedMetadata(structuredClone(large))).not.toBe(ownedMetadata(large));
});

test('a manager that owns neither', () => {
  expect(ownedFields([{ manager: 'm', fieldsV1: ownedMetadata(undefined) }], 'm')).toEqual({
    labels: [],
    annotations: [],
    dataKeys: [],
  });
});
