import { clusterProviders, providers } from '@eso/api/resources';
import { type KubeClient, resourceType } from '@eso/kube';
import { eventually, providerAddress } from '@eso/testing';
import type { StoreReference, Texts } from '@eso/upstream-model';

const FAKE = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'backend' } as const;
const fakes = resourceType('provider.external-secrets.io', 'v2alpha1', 'fakes', 'Fake', 'Namespaced');

/**
 * What the ExternalSecrets of the fixture refer to. Upstream knows SecretStore and ClusterSecretStore alone, which core does not serve
 * yet: until then the fixture names the kinds that it does. Nothing else in it depends on them.
 */
export const STORES: readonly [StoreReference, StoreReference] = [
  { kind: 'Provider', name: 'backend' },
  { kind: 'ClusterProvider', name: 'shared' },
];

/** Creates the stores for these namespaces, all with the same values, and waits until core has found them valid. */
export async function createStores(client: KubeClient, namespaces: readonly string[], values: Texts): Promise<void> {
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  const spec = { address: providerAddress('fake'), providerRef: FAKE };
  for (const namespace of namespaces) {
    const { apiVersion, kind, name } = FAKE;
    await client.request('POST', `/apis/${fakes.group}/${fakes.version}/namespaces/${namespace}/${fakes.plural}`, {
      body: { apiVersion, kind, metadata: { namespace, name }, spec: { data } },
    });
    const metadata = { namespace, name: 'backend' };
    await client.create(providers, { apiVersion: 'external-secrets.io/v1', kind: 'Provider', metadata, spec });
  }
  await client.create(clusterProviders, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterProvider',
    metadata: { name: 'shared' },
    spec: { ...spec, authenticationScope: 'ManifestNamespace' },
  });
  await eventually(async () => {
    const [own, shared] = [await client.list(providers), await client.list(clusterProviders)];
    for (const { metadata, status } of [...own.items, ...shared.items]) {
      const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
      if (ready !== true) throw new Error(`${metadata.name} is not ready`);
    }
  });
}
