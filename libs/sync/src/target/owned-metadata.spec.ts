import { ownedFields } from './field-manager.ts';
import { sharedOwnedMetadata } from './owned-metadata.ts';

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
  const owned = sharedOwnedMetadata(fields);
  expect(ownedFields([{ manager: 'm', fieldsV1: owned }], 'm')).toEqual({
    labels: ['team'],
    annotations: ['note'],
    dataKeys: [],
  });
  expect(JSON.stringify(owned)).not.toMatch(/password|ownerReferences|type/);
});

test('what is the same in many is one object', () => {
  expect(sharedOwnedMetadata(structuredClone(fields))).toBe(sharedOwnedMetadata(fields));
  expect(sharedOwnedMetadata({ ...fields, 'f:metadata': {} })).not.toBe(sharedOwnedMetadata(fields));
});

test('what is large is not held back for others', () => {
  const large = { 'f:metadata': { 'f:labels': { [`f:${'x'.repeat(2_000)}`]: {} } } };
  expect(sharedOwnedMetadata(structuredClone(large))).not.toBe(sharedOwnedMetadata(large));
});

test('a manager that owns neither', () => {
  expect(ownedFields([{ manager: 'm', fieldsV1: sharedOwnedMetadata(undefined) }], 'm')).toEqual({
    labels: [],
    annotations: [],
    dataKeys: [],
  });
});
