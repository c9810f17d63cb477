import type { KubeObject, ManagedFieldsEntry } from '@eso/kube';
import { takeOver } from './take-over.ts';

const MANAGER = 'externalsecrets.external-secrets.io/app';
const upstream: ManagedFieldsEntry = {
  manager: 'external-secrets',
  operation: 'Update',
  fieldsV1: { 'f:data': { 'f:user': {} } },
};
const kubectl: ManagedFieldsEntry = { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:data': { 'f:x': {} } } };
const objectOf = (...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'app', resourceVersion: '7', managedFields },
});

test('what was replaced counts as applied, and nothing of others is touched', () => {
  expect(takeOver(objectOf(kubectl, upstream), MANAGER)).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    {
      op: 'replace',
      path: '/metadata/managedFields',
      value: [kubectl, { ...upstream, manager: MANAGER, operation: 'Apply' }],
    },
  ]);
});

test.each([
  ['nothing was replaced', [kubectl]],
  ['the manager has applied already', [upstream, { ...upstream, manager: MANAGER, operation: 'Apply' }]],
  ['the status alone was written', [{ ...upstream, subresource: 'status' }]],
])('nothing is to be done where %s', (_, entries) => {
  expect(takeOver(objectOf(...entries), MANAGER)).toBeUndefined();
});
