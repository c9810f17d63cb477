import { placeAdmission } from './admission.ts';
import type { Manifest } from './manifest.ts';

const policy = (adminNamespaces: string): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    variables: [
      { name: 'adminNamespaces', expression: adminNamespaces },
      { name: 'other', expression: '1' },
    ],
  },
});
const binding: Manifest = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, spec: { policyName: 'p' } };

test('the namespaces of administrators take the place of those in the file; what has none stays as it is', () => {
  expect(placeAdmission([policy("['a']"), binding], ['b', 'c'])).toEqual([policy("['b', 'c']"), binding]);
  expect(placeAdmission([policy("['a']")], [])).toEqual([policy('[]')]);
  expect(placeAdmission([policy("['a']")])).toEqual([policy("['a']")]);
});
