import { clusterProviders, type ExternalSecret, externalSecrets, type Provider, providers } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { applyManifest, providerAddress } from '@eso/testing';
import type { AwsAccount } from './aws-account.ts';
import { type BackendEntry, type CorpusEntry, textOf } from './corpus.ts';

/** Where the kinds of stores that users have go until they are served themselves: to kinds of ours, of the same name. */
const STORE_KINDS: Readonly<Record<string, 'Provider' | 'ClusterProvider'>> = {
  SecretStore: 'Provider',
  ClusterSecretStore: 'ClusterProvider',
};
const CONFIG_VERSION = 'provider.external-secrets.io/v2alpha1';

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
    const { apiVersion, kind, plural, spec } = config;
    await admin.request('POST', `/apis/${apiVersion}/namespaces/${namespace}/${plural}`, {
      body: { apiVersion, kind, metadata: { name, namespace }, spec },
    });
    const store = { address: providerAddress(entry.provider), providerRef: { apiVersion, kind, name } };
    await createStore(admin, kinds.get(name) ?? 'Provider', { namespace, name, spec: store });
  }
  for (const object of entry.beside)
    await applyManifest(admin, { ...object, metadata: { ...object.metadata, namespace } });
  await admin.create(externalSecrets, externalSecret);
}

/** A store at either scope; one of the cluster reads its credentials beside its config. */
async function createStore(
  admin: KubeClient,
  kind: StoreRef['kind'],
  { namespace, name, spec }: { readonly namespace: string; readonly name: string; readonly spec: Provider['spec'] },
): Promise<void> {
  const apiVersion = 'external-secrets.io/v1';
  if (kind !== 'ClusterProvider')
    await admin.create(providers, { apiVersion, kind: 'Provider', metadata: { name, namespace }, spec });
  else
    await admin.create(clusterProviders, {
      apiVersion,
      kind,
      metadata: { name },
      spec: { ...spec, authenticationScope: 'ProviderNamespace', providerRef: { ...spec.providerRef, namespace } },
    });
}

interface Config {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec: object;
}

function fakeConfig(entries: readonly BackendEntry[]): Config {
  const data = entries.map(({ key, version, value }) => ({ key, version, value: textOf(value) }));
  return { apiVersion: CONFIG_VERSION, kind: 'Fake', plural: 'fakes', spec: { data } };
}

async function awsConfig(
  admin: KubeClient,
  account: AwsAccount,
  {
    namespace,
    name,
    entries,
  }: { readonly namespace: string; readonly name: string; readonly entries: readonly BackendEntry[] },
): Promise<Config> {
  for (const entry of entries) await account.put(entry);
  await applyManifest(admin, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-keys`, namespace },
    stringData: { ...account.keys },
  });
  const key = (field: keyof AwsAccount['keys']): object => ({ name: `${name}-keys`, key: field });
  const secretRef = { accessKeyIDSecretRef: key('accessKeyId'), secretAccessKeySecretRef: key('secretAccessKey') };
  const spec = { region: account.region, auth: { secretRef } };
  return { apiVersion: CONFIG_VERSION, kind: 'SecretsManager', plural: 'secretsmanagers', spec };
}
