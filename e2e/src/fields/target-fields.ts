/** What the fields of the target do, templates apart. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import type { FieldEntry } from './field-entry.ts';

const target = (more: NonNullable<ExternalSecretSpec['target']>): Partial<ExternalSecretSpec> => ({ target: more });
/** One value that is there, one that is not. */
const partly: Partial<ExternalSecretSpec> = {
  data: [
    { secretKey: 'user', remoteRef: { key: 'user' } },
    { secretKey: 'gone', remoteRef: { key: 'no-such-secret' } },
  ],
};
const owner = expect.objectContaining({
  kind: 'ExternalSecret',
  controller: true,
  blockOwnerDeletion: true,
}) as unknown;

/** Fields of `spec.target`. */
export const TARGET_FIELDS: readonly FieldEntry[] = [
  {
    fields: ['spec.target.name'],
    does: 'is the name of the target',
    with: target({ name: 'elsewhere' }),
    shows: { binding: 'elsewhere', data: { user: 'admin' } },
  },
  {
    fields: ['spec.target.creationPolicy'],
    does: 'says whose the target is',
    with: target({ creationPolicy: 'Orphan' }),
    shows: {
      data: { user: 'admin' },
      target: { metadata: expect.not.objectContaining({ ownerReferences: [owner] }) as unknown },
    },
    otherwise: { data: { user: 'admin' }, target: { metadata: { ownerReferences: [owner] } } },
  },
  {
    fields: ['spec.target.deletionPolicy'],
    does: 'says what becomes of keys whose secrets are absent',
    without: partly,
    with: { ...partly, ...target({ deletionPolicy: 'Delete' }) },
    shows: { ready: 'True', data: { user: 'admin' } },
    otherwise: { ready: 'False', data: undefined },
  },
  {
    fields: ['spec.target.immutable'],
    does: 'makes the target immutable',
    with: target({ immutable: true }),
    shows: { target: { immutable: true } },
  },
  {
    fields: ['spec.target.manifest.apiVersion'],
    does: 'is the version of its kind',
    without: target({ manifest: { apiVersion: 'v2', kind: 'ConfigMap' } }),
    with: target({ manifest: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    shows: { ready: 'True', configMap: { user: 'admin' } },
    otherwise: {
      ready: 'False',
      configMap: undefined,
      message: expect.stringMatching(/spec\.target\.manifest.*\[TARGET_KIND_UNKNOWN\]/) as unknown,
    },
  },
  {
    fields: ['spec.target.manifest.kind'],
    does: 'is its kind',
    without: target({ manifest: { apiVersion: 'v1', kind: 'Secret' } }),
    with: target({ manifest: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    shows: { reason: 'ResourceSynced', data: undefined, configMap: { user: 'admin' } },
    otherwise: { reason: 'SecretSynced', data: { user: 'admin' }, configMap: undefined },
  },
];
