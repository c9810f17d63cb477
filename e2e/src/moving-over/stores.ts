import {
  type ClusterSecretStore,
  clusterSecretStores,
  type SecretStore,
  secretStores,
  type SecretStoreStatus,
} from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { eventually } from '@eso/testing';
import type { StoreReference, Texts } from '@eso/upstream-model';

/** What the ExternalSecrets of the fixture refer to. */
export const STORES: readonly [StoreReference, StoreReference] = [
  { kind: 'SecretStore', name: 'backend' },
  { kind: 'ClusterSecretStore', name: 'shared' },
];

/** Creates the stores for these namespaces, all with the same values. */
export async function writeStores(client: KubeClient, namespaces: readonly string[], values: Texts): Promise<void> {
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  const store = { apiVersion: 'external-secrets.io/v1', spec: { provider: { fake: { data } } } };
  for (const namespace of namespaces)
    await client.create(secretStores, { ...store, kind: 'SecretStore', metadata: { namespace, name: 'backend' } });
  await client.create(clusterSecretStores, { ...store, kind: 'ClusterSecretStore', metadata: { name: 'shared' } });
}

/** The same, and waits until they are Ready. */
export async function createStores(client: KubeClient, namespaces: readonly string[], values: Texts): Promise<void> {
  await writeStores(client, namespaces, values);
  await eventually(async () => {
    for (const { metadata, status } of await allStores(client)) {
      const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
      if (ready !== true) throw new Error(`${metadata.name} is not ready`);
    }
  });
}

/** Gives each store the status that upstream leaves: no generation in its condition, and nothing that only core of ours knows. */
export async function leaveStatus(client: KubeClient): Promise<void> {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Valid',
    message: 'store validated',
    lastTransitionTime: '2026-05-04T03:02:01Z',
  } as const;
  for (const store of await allStores(client)) {
    const status: SecretStoreStatus = { capabilities: 'ReadWrite', conditions: [ready] };
    const left = { ...store, status };
    if (store.metadata.namespace === undefined) await client.updateStatus(clusterSecretStores, left);
    else await client.updateStatus(secretStores, left);
  }
}

/** The SecretStores and ClusterSecretStores of the cluster. */
export async function allStores(client: KubeClient): Promise<(SecretStore | ClusterSecretStore)[]> {
  const [own, shared] = [await client.list(secretStores), await client.list(clusterSecretStores)];
  return [...own.items, ...shared.items];
}
