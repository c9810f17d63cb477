import { fieldManager, ownedFields } from './field-manager.ts';

test.each([
  ['app', 'externalsecrets.external-secrets.io/app'],
  ['x'.repeat(27), `externalsecrets.external-secrets.io/${'x'.repeat(27)}`],
])('%s is its own manager [1.4.15]', (name, expected) => {
  expect(fieldManager(name)).toBe(expected);
  expect(expected.length).toBeLessThanOrEqual(63);
});

test.each([28, 63, 253])('a name of %d characters is hashed [1.4.15] [8.11]', (length) => {
  expect(fieldManager('x'.repeat(length))).toMatch(/^externalsecrets\.external-secrets\.io\/sha3\/[0-9a-f]{56}$/);
  expect(fieldManager('x'.repeat(length))).not.toBe(fieldManager(`${'x'.repeat(length - 1)}y`));
});

const entry = (manager: string, operation: string, fields: Record<string, unknown>) => ({
  manager,
  operation,
  fieldsV1: fields,
});

test('fields of one manager are found, whatever the operation', () => {
  const entries = [
    entry('me', 'Update', {
      'f:data': { '.': {}, 'f:a.b': {}, 'f:c': {} },
      'f:metadata': { 'f:labels': { '.': {}, 'f:x/y': {} }, 'f:annotations': { 'f:n': {} }, 'f:ownerReferences': {} },
    }),
    entry('me', 'Apply', { 'f:data': { 'f:d': {}, 'f:c': {} } }),
    entry('kubectl', 'Update', { 'f:data': { 'f:z': {} }, 'f:metadata': { 'f:labels': { 'f:other': {} } } }),
  ];
  expect(ownedFields(entries, 'me')).toEqual({ labels: ['x/y'], annotations: ['n'], dataKeys: ['a.b', 'c', 'd'] });
  expect(ownedFields(entries, 'nobody')).toEqual({ labels: [], annotations: [], dataKeys: [] });
  expect(ownedFields(undefined, 'me')).toEqual({ labels: [], annotations: [], dataKeys: [] });
});
