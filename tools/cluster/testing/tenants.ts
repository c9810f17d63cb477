/** What tenants apply. */
import type { Manifest } from './pods.ts';

/**
 * A store of provider-fake with one value under `database`, and an ExternalSecret of the same name that asks for it as `password`.
 * @param kind of the store; a ClusterSecretStore has the same name
 */
export function fakeStoreAndSecret(
  namespace: string,
  name: string,
  value: string,
  kind: 'SecretStore' | 'ClusterSecretStore' = 'SecretStore',
): readonly [store: Manifest, externalSecret: Manifest] {
  const data = [{ key: 'database', value }];
  return [
    {
      apiVersion: 'external-secrets.io/v1',
      kind,
      metadata: { name, ...(kind === 'SecretStore' && { namespace }) },
      spec: { provider: { fake: { data } } },
    },
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace },
      spec: {
        refreshInterval: '1h',
        secretStoreRef: { kind, name },
        data: [{ secretKey: 'password', remoteRef: { key: 'database' } }],
      },
    },
  ];
}
