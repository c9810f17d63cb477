import type { ObjectMeta, Secret } from '@eso/kube';
import { testOwner } from '../testing/model.ts';
import { leafMetadata, leafOwnershipOf } from './ownership.ts';

const owner = testOwner('aws');
const label = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };
const annotation = (id: string) => ({ 'external-secrets.io/owner': id });
const secret = (metadata: Partial<ObjectMeta>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...owner.secret, ...metadata },
});
const client = { ...owner, id: 'external-secrets/core' };
delete (client as { reference?: unknown }).reference;

test.each<[string, Partial<ObjectMeta>, unknown]>([
  ['no mark', {}, { kind: 'foreign' }],
  ['the label alone', { labels: label }, { kind: 'foreign' }],
  ['the annotation alone', { annotations: annotation(owner.id) }, { kind: 'foreign' }],
  ['the reference alone', { ownerReferences: [owner.reference!] }, { kind: 'foreign' }],
  [
    'another label',
    { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: annotation(owner.id) },
    { kind: 'foreign' },
  ],
  [
    'all marks',
    { labels: label, annotations: annotation(owner.id), ownerReferences: [owner.reference!] },
    { kind: 'own', problems: [] },
  ],
  [
    'the label lost',
    { annotations: annotation(owner.id), ownerReferences: [owner.reference!] },
    { kind: 'own', problems: ['ownership-label-missing'] },
  ],
  [
    'the reference lost',
    { labels: label, annotations: annotation(owner.id) },
    { kind: 'own', problems: ['owner-reference-missing'] },
  ],
  [
    'a reference to the Service of that name before it was created anew',
    { labels: label, annotations: annotation(owner.id), ownerReferences: [{ ...owner.reference!, uid: 'old' }] },
    { kind: 'own', problems: ['owner-reference-missing'] },
  ],
  [
    'the marks of a neighbour',
    { labels: label, annotations: annotation('provider-x/azure') },
    { kind: 'other', ownerId: 'provider-x/azure' },
  ],
  ['a copy from another namespace', { labels: label, annotations: annotation('provider-y/aws') }, { kind: 'foreign' }],
  ['the annotation of a neighbour alone', { annotations: annotation('provider-x/azure') }, { kind: 'foreign' }],
])('a Secret with %s', (_, metadata, expected) => {
  expect(leafOwnershipOf(secret(metadata), owner)).toEqual(expected);
});

test("core's own Secret needs no reference", () => {
  const marks = { labels: label, annotations: annotation(client.id) };
  expect(leafOwnershipOf(secret(marks), client)).toEqual({ kind: 'own', problems: [] });
});

test('what others wrote on an owned Secret stays, references to other Services go', () => {
  const other = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'd' };
  const existing = secret({
    uid: 's',
    resourceVersion: '7',
    labels: { team: 'a' },
    annotations: { note: 'b' },
    finalizers: ['f/f'],
    ownerReferences: [{ ...owner.reference!, uid: 'old' }, { ...owner.reference!, name: 'azure', uid: 'azure' }, other],
    managedFields: [{ manager: 'm' }],
    creationTimestamp: '2026-01-01T00:00:00Z',
  });
  expect(leafMetadata(owner, existing)).toEqual({
    ...owner.secret,
    uid: 's',
    resourceVersion: '7',
    labels: { team: 'a', ...label },
    annotations: { note: 'b', ...annotation(owner.id) },
    finalizers: ['f/f'],
    ownerReferences: [other, owner.reference],
  });
});
