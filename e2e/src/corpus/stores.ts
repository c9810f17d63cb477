import {
  clusterSecretStores,
  type ExternalSecret,
  externalSecrets,
  type SecretStore,
  secretStores,
} from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { applyManifest } from '@eso/testing';
import type { AwsAccount } from './aws-account.ts';
import { type BackendEntry, type CorpusEntry, textOf } from './corpus.ts';

const API_VERSION = 'external-secrets.io/v1';

type StoreRef = NonNullable<ExternalSecret['spec']['secretStoreRef']>;
type StoreConfig = NonNullable<SecretStore['spec']['provider']>;

/** Each store reference of a spec. */
function storeRefsOf(spec: ExternalSecret['spec']): StoreRef[] {
  const ofSources = [...(spec.data ?? []), ...(spec.dataFrom ?? [])].map(({ sourceRef }) => sourceRef?.storeRef);
  return [spec.secretStoreRef, ...ofSources].filter((ref) => ref !== undefined);
}

/** The manifest in a namespace of its own, with the store that its page leaves to the reader; nothing else of it is changed. */
export function servedManifest({ manifest, impliedStore }: CorpusEntry, namespace: string): ExternalSecret {
  const { spec, metadata, ...rest } = manifest;
  const whole = impliedStore ? { ...spec, secretStoreRef: { name: impliedStore } } : spec;
  return { ...rest, spec: whole, metadata: { ...metadata, namespace } };
}

/** Creates the stores of an entry and what they hold, what is beside it, and then its ExternalSecret. */
export async function install(
  admin: KubeClient,
  account: AwsAccount,
  entry: CorpusEntry,
  namespace: string,
): Promise<void> {
  const externalSecret = servedManifest(entry, namespace);
  const kinds = new Map(storeRefsOf(externalSecret.spec).map(({ name, kind }) => [name, kind]));
  for (const [name, entries] of Object.entries(entry.backends)) {
    const config =
      entry.provider === 'fake' ? fakeConfig(entries) : await awsConfig(admin, account, { namespace, name, entries });
    await createStore(admin, kinds.get(name) ?? 'SecretStore', { namespace, name, config });
  }
  for (const object of entry.beside)
    await applyManifest(admin, { ...object, metadata: { ...object.metadata, namespace } });
  await admin.create(externalSecrets, externalSecret);
}

/** A store at either scope, with its config in it. */
async function createStore(
  admin: KubeClient,
  kind: StoreRef['kind'],
  { namespace, name, config }: { readonly namespace: string; readonly name: string; readonly config: StoreConfig },
): Promise<void> {
  const store = { apiVersion: API_VERSION, spec: { provider: config } };
  if (kind === 'ClusterSecretStore') await admin.create(clusterSecretStores, { ...store, kind, metadata: { name } });
  else await admin.create(secretStores, { ...store, kind: 'SecretStore', metadata: { name, namespace } });
}

function fakeConfig(entries: readonly BackendEntry[]): StoreConfig {
  return { fake: { data: entries.map(({ key, version, value }) => ({ key, version, value: textOf(value) })) } };
}

async function awsConfig(
  admin: KubeClient,
  account: AwsAccount,
  {
    namespace,
    name,
    entries,
  }: { readonly namespace: string; readonly name: string; readonly entries: readonly BackendEntry[] },
): Promise<StoreConfig> {
  for (const entry of entries) await account.put(entry);
  await applyManifest(admin, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-keys`, namespace },
    stringData: { ...account.keys },
  });
  // Without a namespace it is that of the store, and for one of the cluster that of whoever asks.
  const key = (field: keyof AwsAccount['keys']): object => ({ name: `${name}-keys`, key: field });
  const secretRef = { accessKeyIDSecretRef: key('accessKeyId'), secretAccessKeySecretRef: key('secretAccessKey') };
  return { aws: { service: 'SecretsManager', region: account.region, auth: { secretRef } } };
}
