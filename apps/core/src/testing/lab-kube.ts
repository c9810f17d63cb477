import type { KubeReader } from '@eso/api/server';
import type { MemoryObjects } from '@eso/api/testing';
import { type KubeClient, namespaces } from '@eso/kube';

/** What a provider of a test reads: stores and namespaces of the cluster that core works on, and configs from memory. */
export function labKube(cluster: Pick<KubeClient, 'get'>, objects: MemoryObjects): KubeReader {
  return {
    get: (type, ref, options) =>
      type.group === 'external-secrets.io' || type.kind === namespaces.kind
        ? cluster.get(type, ref, options)
        : objects.get(type, ref),
    createToken: (account, options) => objects.createToken(account, options),
    isReachable: () => objects.isReachable(),
  };
}
