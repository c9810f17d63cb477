import type { AzureLab } from './azure-lab.ts';

/** A push of one key of a Secret, `k`, unless it says otherwise. */
export interface VaultPush {
  /** Default `k`; empty: the whole Secret. */
  readonly secretKey?: string;
  readonly property?: string;
  readonly data?: Readonly<Record<string, string | Uint8Array>>;
  /** `metadata.spec`, in its envelope. */
  readonly spec?: object;
  /** Raw metadata, in the place of `spec`. */
  readonly metadata?: string;
}

/** Pushes and deletes through the provider's server. */
export class VaultPushes {
  readonly #lab: AzureLab;

  constructor(lab: AzureLab) {
    this.#lab = lab;
  }

  /** Pushes a value as key `k`. */
  value(config: string, remoteKey: string, value: string | Uint8Array, spec?: object): Promise<unknown> {
    return this.push(config, remoteKey, { data: { k: value }, ...(spec && { spec }) });
  }

  push(config: string, remoteKey: string, pushed: VaultPush): Promise<unknown> {
    const { secretKey = 'k', property = '', data = { k: 'v' }, spec, metadata } = pushed;
    const envelope = { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec };
    return this.#lab.provider.client.store.pushSecret({
      ...this.#lab.request(config),
      secretData: Object.fromEntries(Object.entries(data).map(([key, bytes]) => [key, Buffer.from(bytes)])),
      pushSecretData: {
        remoteKey,
        secretKey,
        property,
        metadata: Buffer.from(metadata ?? (spec ? JSON.stringify(envelope) : '')),
      },
    });
  }

  delete(config: string, remoteKey: string): Promise<unknown> {
    const remoteRef = { remoteKey, property: '' };
    return this.#lab.provider.client.store.deleteSecret({ ...this.#lab.request(config), remoteRef });
  }
}
