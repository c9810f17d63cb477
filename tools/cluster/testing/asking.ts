/** A user's way: a store with one value, which provider-fake serves, and an ExternalSecret that asks for it. */
import type { Cluster } from '../up.ts';
import type { Manifest } from './pods.ts';

/** Both objects, of one name. The Secret has the value under `password`. */
export const asking = (namespace: string, name: string, value: string): readonly Manifest[] => [
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name, namespace },
    spec: { provider: { fake: { data: [{ key: 'database', value }] } } },
  },
  externalSecret(namespace, name, name),
];

/** An ExternalSecret that asks a store for `database`. */
export const externalSecret = (namespace: string, name: string, store: string): Manifest => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace },
  spec: {
    refreshInterval: '1h',
    secretStoreRef: { kind: 'SecretStore', name: store },
    data: [{ secretKey: 'password', remoteRef: { key: 'database' } }],
  },
});

/** Waits until the ExternalSecret is ready. @returns the value in its Secret @throws Error with kubectl's words after two minutes */
export async function passwordOf(cluster: Cluster, namespace: string, name: string): Promise<string> {
  const there = ['-n', namespace];
  await cluster.kubectl(...there, 'wait', '--for=condition=Ready', `externalsecret/${name}`, '--timeout=120s');
  const encoded = await cluster.kubectl(...there, 'get', 'secret', name, '-o', 'jsonpath={.data.password}');
  return Buffer.from(encoded, 'base64').toString();
}
