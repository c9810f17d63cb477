import { clusterProviders, type ExternalSecret, externalSecrets, providers } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { applyManifest, providerAddress } from '@eso/testing';
import type { BackendEntry, CorpusEntry } from './corpus.ts';

/** Where the kinds of stores that users have go until they are served themselves: to kinds of ours, of the same name. */
const STORE_KINDS: Readonly<Record<string, 'Provider' | 'ClusterProvider'>> = {
  SecretStore: 'Provider',
  ClusterSecretStore: 'ClusterProvider',
};
const FAKE = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake' };

type StoreRef = NonNullable<ExternalSecret['spec']['secretStoreRef']>;

/** Each store reference of a spec, to be read or changed in place. */
function storeRefsOf(spec: ExternalSecret['spec']): StoreRef[] {
  const ofSources = [...(spec.data ?? []), ...(spec.dataFrom ?? [])].map(({ sourceRef }) => sourceRef?.storeRef);
  return [spec.secretStoreRef, ...ofSources].filter((ref) => ref !== undefined);
}

/** The manifest in a namespace of its own, its stores by kinds of ours, with the store that its page leaves to the reader. */
export function servedManifest({ manifest, impliedStore }: CorpusEntry, namespace: string): ExternalSecret {
  const { spec, metadata, ...rest } = structuredClone(manifest);
  const whole = impliedStore ? { ...spec, secretStoreRef: { name: impliedStore } } : spec;
  for (const ref of storeRefsOf(whole)) ref.kind = STORE_KINDS[ref.kind ?? 'SecretStore'] ?? 'Provider';
  return { ...rest, spec: whole, metadata: { ...metadata, namespace } };
}

/** Creates the stores of an entry and what they hold, what is beside it, and then its ExternalSecret. */
export async function install(admin: KubeClient, entry: CorpusEntry, namespace: string): Promise<void> {
  const externalSecret = servedManifest(entry, namespace);
  const kinds = new Map(storeRefsOf(externalSecret.spec).map(({ name, kind }) => [name, kind]));
  for (const [name, entries] of Object.entries(entry.backends)) {
    await createFake(admin, namespace, name, entries);
    const spec = { address: providerAddress('fake'), providerRef: { ...FAKE, name } };
    const apiVersion = 'external-secrets.io/v1';
    if (kinds.get(name) === 'ClusterProvider')
      await admin.create(clusterProviders, {
        apiVersion,
        kind: 'ClusterProvider',
        metadata: { name },
        spec: { ...spec, authenticationScope: 'ProviderNamespace', providerRef: { ...spec.providerRef, namespace } },
      });
    else await admin.create(providers, { apiVersion, kind: 'Provider', metadata: { name, namespace }, spec });
  }
  for (const object of entry.beside)
    await applyManifest(admin, { ...object, metadata: { ...object.metadata, namespace } });
  await admin.create(externalSecrets, externalSecret);
}

async function createFake(
  admin: KubeClient,
  namespace: string,
  name: string,
  entries: readonly BackendEntry[],
): Promise<void> {
  const data = entries.map(({ value, ...rest }) => ({
    ...rest,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  await admin.request('POST', `/apis/${FAKE.apiVersion}/namespaces/${namespace}/fakes`, {
    body: { ...FAKE, metadata: { name, namespace }, spec: { data } },
  });
}
