import type { ExternalSecret } from '@eso/api/resources';

/** Name of the remote secret of the object `index`. */
export const keyOf = (index: number): string => `key-${index}`;
/** Its value, as the backend has it at first. */
export const valueOf = (index: number): string => `value-${index}`;
/** Name of the ExternalSecret `index` and of its Secret. */
export const secretName = (index: number): string => `es-${index}`;

/** ExternalSecrets with one distinct key each, of the Provider `fake`. @param refreshInterval a Go duration, default `1h` */
export function externalSecret(namespace: string, index: number, refreshInterval = '1h'): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: secretName(index), namespace },
    spec: {
      refreshInterval,
      secretStoreRef: { kind: 'Provider', name: 'fake' },
      data: [{ secretKey: 'value', remoteRef: { key: keyOf(index) } }],
    },
  };
}
