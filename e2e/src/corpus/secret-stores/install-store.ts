import { clusterSecretStores, externalSecrets, secretStores } from '@eso/api/resources';
import { type KubeClient, secrets } from '@eso/kube';
import { applyManifest, type TestCluster } from '@eso/testing';
import type { AwsAccount } from '../aws-account.ts';
import type { AzureAccount } from '../azure-account.ts';
import { type BackendEntry, textOf } from '../corpus.ts';
import { providerKey, type StoreEntry } from './store-corpus.ts';

const VERSION = 'external-secrets.io/v1';
/** What is outside of the cluster, for the stores of each provider. */
export interface Accounts {
  readonly aws: AwsAccount;
  readonly azure: AzureAccount;
}

/** What stands in the target of a store that is not served, and has to stay there. */
export const BEFORE: Readonly<Record<string, string>> = { kept: 'made-up-before' };

/**
 * Creates what is beside a store, what its account or vault holds, the store itself, and an ExternalSecret of the same name that reads through
 * it; one more in the namespace that the store keeps out. Targets of stores that are not to be served exist before.
 */
export async function installStore(cluster: TestCluster, accounts: Accounts, entry: StoreEntry): Promise<void> {
  const admin = cluster.client();
  const { beside, consumer, denied, backend, expected, source } = entry;
  for (const object of beside.filter(({ kind }) => kind === 'Namespace')) await applyManifest(admin, object);
  const others = beside
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => ({ ...object, metadata: { namespace: consumer, ...object.metadata } }));
  const namespaces = new Set([consumer, denied, ...others.map(({ metadata }) => metadata.namespace)]);
  for (const namespace of namespaces) if (namespace !== undefined) await cluster.ensureNamespace(namespace);
  for (const object of others) await applyManifest(admin, object);
  // What an administrator allows where stores log in with tokens of ServiceAccounts.
  const tokenNamespaces = others.flatMap(({ kind, metadata: { namespace } }) =>
    kind === 'ServiceAccount' ? [namespace] : [],
  );
  const isAzure = providerKey(entry.manifest) === 'azurekv';
  const chart = isAzure ? 'provider-azure' : 'provider-aws';
  if (tokenNamespaces.length > 0) await cluster.applyRights({ chart, tokenNamespaces });
  for (const one of backend)
    if (isAzure) accounts.azure.put(one);
    else await putIntoAws(accounts.aws, entry, one);
  await createStore(admin, entry);
  if (expected.outcome !== 'synced')
    await admin.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: consumer, name: source.name },
      stringData: { ...BEFORE },
    });
  for (const namespace of [consumer, denied]) if (namespace !== undefined) await createReader(admin, entry, namespace);
}

function putIntoAws(aws: AwsAccount, entry: StoreEntry, { key, value }: BackendEntry): Promise<void> {
  return readsParameters(entry) ? aws.putParameter({ key, value }) : aws.put({ key, value: textOf(value) });
}

function readsParameters({ manifest }: StoreEntry): boolean {
  const { aws } = (manifest.spec.provider ?? {}) as { readonly aws?: { readonly service?: string } };
  return aws?.service === 'ParameterStore';
}

async function createStore(admin: KubeClient, { manifest, source, consumer }: StoreEntry): Promise<void> {
  // One of the cluster may have a namespace in its manifest, as `kubectl` takes it and the API server drops it.
  const { namespace = consumer, ...metadata } = manifest.metadata;
  const store = { apiVersion: VERSION, kind: source.kind, spec: manifest.spec };
  if (source.kind === 'SecretStore')
    await admin.create(secretStores, { ...store, metadata: { ...metadata, namespace } });
  else await admin.create(clusterSecretStores, { ...store, metadata });
}

async function createReader(admin: KubeClient, { source, read }: StoreEntry, namespace: string): Promise<void> {
  const kind = source.kind === 'SecretStore' ? 'SecretStore' : 'ClusterSecretStore';
  await admin.create(externalSecrets, {
    apiVersion: VERSION,
    kind: 'ExternalSecret',
    metadata: { namespace, name: source.name },
    spec: { refreshInterval: '1h', secretStoreRef: { name: source.name, kind }, ...read },
  });
}
