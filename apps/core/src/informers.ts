import {
  type ClusterProvider,
  type ClusterProviderClass,
  clusterProviderClasses,
  clusterProviders,
  type ClusterSecretStore,
  clusterSecretStores,
  type ExternalSecret,
  externalSecrets,
  LABEL_CREATED_BY,
  LABEL_MANAGED,
  LABEL_PROVIDER,
  type Provider,
  type ProviderClass,
  providerClasses,
  providers,
  type SecretStore,
  secretStores,
} from '@eso/api/resources';
import {
  createInformer,
  type EndpointSlice,
  endpointSlices,
  type Informer,
  type KubeClient,
  type Namespace,
  namespaces,
  type Secret,
  secrets,
  type Service,
  services,
} from '@eso/kube';
import type { Logger, Readiness, Registry } from '@eso/runtime';
import { type SecretSnapshot, snapshotSecret } from '@eso/sync';
import { externalSecretIndexers } from './external-secret/watches.ts';
import { type NamespaceLabels, namespaceLabels } from './store/namespace-labels.ts';
import { storeSnapshot } from './store/store-snapshot.ts';
import { classIndexers } from './store/classes.ts';
import { endpointSliceIndexers } from './store/endpoints.ts';

/** Everything core watches. */
export interface Informers {
  readonly externalSecrets: Informer<ExternalSecret>;
  readonly secrets: Informer<SecretSnapshot>;
  readonly providers: Informer<Provider>;
  readonly secretStores: Informer<SecretStore>;
  /** Absent where cluster-scoped stores are switched off, as the next one. */
  readonly clusterProviders: Informer<ClusterProvider> | undefined;
  readonly clusterSecretStores: Informer<ClusterSecretStore> | undefined;
  readonly providerClasses: Informer<ProviderClass>;
  /** SecretStores are served by them, too, so that they are there whatever is switched off. */
  readonly clusterProviderClasses: Informer<ClusterProviderClass>;
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly namespaces: Informer<NamespaceLabels>;
}

/** What is watched, and with which client. */
export interface InformersOptions {
  readonly client: KubeClient;
  /** Namespaces whose ExternalSecrets are served; undefined = all. */
  readonly tenants: readonly string[] | undefined;
  /** Watch ClusterProviders and ClusterSecretStores, too. */
  readonly clusterStores: boolean;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Makes the informers; none runs yet. Tenants' objects are watched in the namespaces served and nowhere else. */
export function createInformers({ client, tenants, clusterStores, logger, registry }: InformersOptions): Informers {
  const common = { logger, registry };
  const ofProviders = { labelSelector: `${LABEL_PROVIDER}=true` };
  const tenant = { ...common, ...(tenants ? { namespaces: tenants } : {}) };
  return {
    externalSecrets: createInformer(client, externalSecrets, { ...tenant, indexers: externalSecretIndexers }),
    secrets: createInformer<Secret, SecretSnapshot>(client, secrets, {
      ...tenant,
      labelSelector: `${LABEL_MANAGED}=true`,
      transform: snapshotSecret,
      indexers: {
        createdBy: ({ metadata: { namespace, labels } }) => {
          const owner = labels?.[LABEL_CREATED_BY];
          return owner === undefined ? [] : [`${namespace ?? ''}/${owner}`];
        },
      },
    }),
    providers: createInformer(client, providers, tenant),
    secretStores: createInformer(client, secretStores, { ...tenant, transform: storeSnapshot<SecretStore> }),
    clusterProviders: clusterStores ? createInformer(client, clusterProviders, common) : undefined,
    clusterSecretStores: clusterStores
      ? createInformer(client, clusterSecretStores, { ...common, transform: storeSnapshot<ClusterSecretStore> })
      : undefined,
    providerClasses: createInformer(client, providerClasses, { ...tenant, indexers: classIndexers }),
    clusterProviderClasses: createInformer(client, clusterProviderClasses, { ...common, indexers: classIndexers }),
    // Providers may listen in any namespace. What carries no provider's label is none of ours: a cluster's other Services and
    // endpoints may be any number. Kubernetes copies the labels of a Service to its EndpointSlices.
    services: createInformer(client, services, { ...common, ...ofProviders }),
    endpointSlices: createInformer(client, endpointSlices, {
      ...common,
      ...ofProviders,
      indexers: endpointSliceIndexers,
    }),
    namespaces: createInformer<Namespace, NamespaceLabels>(client, namespaces, {
      ...common,
      metadataOnly: true,
      transform: namespaceLabels,
    }),
  };
}

/** Starts all of them and waits until each has listed once. @throws the reason of the signal */
export async function startInformers(informers: Informers, signal: AbortSignal): Promise<void> {
  const all = present(informers);
  for (const informer of all) informer.start(signal);
  await Promise.all(all.map((informer) => informer.waitForSync(signal)));
}

/** Lets readiness follow the watches: not ready before the first list, nor while one has been silent for too long. */
export function watchHealth(informers: Informers, ready: Readiness): void {
  for (const [name, informer] of Object.entries(informers) as [string, Informer<unknown> | undefined][]) {
    if (!informer) continue;
    ready.add(`watch-${name}`, () => informer.health() ?? (informer.hasSynced ? undefined : 'not listed yet'));
  }
}

function present(informers: Informers): Informer<unknown>[] {
  return (Object.values(informers) as (Informer<unknown> | undefined)[]).filter((informer) => informer !== undefined);
}
