import type { ClusterProviderClass, ClusterSecretStore, ProviderClass, SecretStore } from '@eso/api/resources';
import { ADDRESS, REF } from './lab-provider.ts';

/** A ClusterProviderClass of the lab's provider that claims `lab`, unless told otherwise. */
export function labClusterClass(name: string, spec: Partial<ClusterProviderClass['spec']> = {}): ClusterProviderClass {
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'ClusterProviderClass',
    metadata: { name },
    spec: { address: ADDRESS, serves: { stores: ['lab'] }, ...spec },
  };
}

/** A ProviderClass of the lab's provider that claims `lab`, unless told otherwise. */
export function labOwnClass(namespace: string, name: string, spec: Partial<ProviderClass['spec']> = {}): ProviderClass {
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'ProviderClass',
    metadata: { namespace, name },
    spec: { address: ADDRESS, serves: { stores: ['lab'] }, ...spec },
  };
}

/** A SecretStore with a config of the lab's provider in it, which is validated once an hour. */
export function labStore(namespace: string, name: string, spec: SecretStore['spec'] = {}): SecretStore {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace, name },
    spec: { ...(spec.providerRef ? {} : { provider: { lab: {} } }), refreshInterval: '1h', ...spec },
  };
}

/** A ClusterSecretStore with a config of the lab's provider in it, which is validated once an hour. */
export function labClusterStore(name: string, spec: ClusterSecretStore['spec'] = {}): ClusterSecretStore {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name },
    spec: { ...(spec.providerRef ? {} : { provider: { lab: {} } }), refreshInterval: '1h', ...spec },
  };
}

/** A spec that names the class of that name, of the store's own namespace or of the cluster. */
export function byClass(name: string, kind?: 'ProviderClass' | 'ClusterProviderClass') {
  return { providerRef: REF, runtimeRef: { name, ...(kind && { kind }) } };
}
