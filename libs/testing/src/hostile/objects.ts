import {
  type ClusterProvider,
  clusterProviders,
  type ExternalSecret,
  externalSecrets,
  type Provider,
  providers,
} from '@eso/api/resources';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType, resourceType } from '@eso/kube';
import { providerAddress } from '../installation/installation.ts';
import type { HostileEntry } from './entry.ts';
import { HOSTILE_ADDRESS } from './hostile-service.ts';

interface Fake extends KubeObject {
  readonly spec: { readonly data: readonly { readonly key: string; readonly value: string }[] };
}

const FAKE_VERSION = 'v2alpha1';
const FAKE_GROUP = 'provider.external-secrets.io';
const fakes = resourceType<Fake>(FAKE_GROUP, FAKE_VERSION, 'fakes', 'Fake', 'Namespaced');

/** Objects of one entry: what it reads from, and the ExternalSecrets, all alike. */
export interface HostileObjects {
  readonly config: Fake;
  readonly store:
    | { readonly kind: 'Provider'; readonly object: Provider }
    | { readonly kind: 'ClusterProvider'; readonly object: ClusterProvider };
  readonly externalSecrets: readonly ExternalSecret[];
}

/** Where the objects of the entries are made. */
export interface HostileObjectsOptions {
  readonly namespace: string;
  /** How many ExternalSecrets. */
  readonly copies: number;
  /** Of each of them, such as `1s`. */
  readonly refreshInterval: string;
}

/** The objects of an entry in one namespace; the ExternalSecrets are called `<entry>-<number>`. */
export function hostileObjects(entry: HostileEntry, options: HostileObjectsOptions): HostileObjects {
  const { namespace, copies, refreshInterval } = options;
  const { name, backend } = entry;
  const secrets = backend.kind === 'answer' ? { doc: 'v' } : backend.secrets();
  const address = backend.kind === 'answer' ? HOSTILE_ADDRESS : providerAddress('fake');
  const providerRef = { apiVersion: `${FAKE_GROUP}/${FAKE_VERSION}`, kind: 'Fake', name };
  const apiVersion = 'external-secrets.io/v1';
  const store: HostileObjects['store'] =
    backend.kind === 'clusterFake'
      ? {
          kind: 'ClusterProvider',
          object: {
            apiVersion,
            kind: 'ClusterProvider',
            metadata: { name },
            spec: { address, providerRef: { ...providerRef, namespace }, conditions: backend.conditions },
          },
        }
      : {
          kind: 'Provider',
          object: { apiVersion, kind: 'Provider', metadata: { name, namespace }, spec: { address, providerRef } },
        };
  return {
    config: {
      apiVersion: providerRef.apiVersion,
      kind: 'Fake',
      metadata: { name, namespace },
      spec: { data: Object.entries(secrets).map(([key, value]) => ({ key, value })) },
    },
    store,
    externalSecrets: Array.from({ length: copies }, (_, index) => ({
      apiVersion,
      kind: 'ExternalSecret',
      metadata: { name: `${name}-${index}`, namespace },
      spec: { refreshInterval, secretStoreRef: { kind: store.kind, name }, ...entry.spec },
    })),
  };
}

/**
 * Creates the objects.
 * @returns what the API server said to the first ExternalSecret that it refused; undefined when it took all
 */
export async function applyHostile(client: KubeClient, objects: HostileObjects): Promise<string | undefined> {
  await client.create(fakes, objects.config);
  if (objects.store.kind === 'Provider') await client.create(providers, objects.store.object);
  else await client.create(clusterProviders, objects.store.object);
  for (const object of objects.externalSecrets) {
    try {
      await client.create(externalSecrets, object);
    } catch (error) {
      if (isKubeError(error, 'INVALID')) return error.message;
      throw error;
    }
  }
  return undefined;
}

/** Deletes whatever there is of the objects. */
export async function removeHostile(client: KubeClient, objects: HostileObjects): Promise<void> {
  for (const { metadata } of objects.externalSecrets) await remove(client, externalSecrets, metadata);
  if (objects.store.kind === 'Provider') await remove(client, providers, objects.store.object.metadata);
  else await remove(client, clusterProviders, objects.store.object.metadata);
  await remove(client, fakes, objects.config.metadata);
}

async function remove<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  { name, namespace }: KubeObject['metadata'],
): Promise<void> {
  try {
    await client.delete(type, { name, ...(namespace === undefined ? {} : { namespace }) });
  } catch (error) {
    if (!isKubeError(error, 'NOT_FOUND')) throw error;
  }
}
