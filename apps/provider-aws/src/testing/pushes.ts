import type { AwsLab } from './aws-lab.ts';

/** A push; what is not given is that of one that works: a key `k` with the value `v`. */
export interface TestPush {
  /** Default: the whole Secret. */
  readonly secretKey?: string;
  readonly property?: string;
  readonly data?: Readonly<Record<string, string | Buffer>>;
  /** `metadata.spec`, in its envelope. */
  readonly spec?: object;
  /** Raw metadata, in the place of `spec`. */
  readonly metadata?: string;
}

/** Pushes, deletes, and asks whether something is there, through the provider's server. */
export class Pushes {
  readonly #lab: AwsLab;

  constructor(lab: AwsLab) {
    this.#lab = lab;
  }

  /** @param sourceNamespace of whoever pushes. Default: the tenant of the lab. */
  push(config: string, remoteKey: string, pushed: TestPush = {}, sourceNamespace?: string): Promise<unknown> {
    const { secretKey = '', property = '', data = { k: 'v' }, spec, metadata } = pushed;
    const envelope = { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec };
    const text = metadata ?? (spec ? JSON.stringify(envelope) : '');
    return this.#lab.provider.client.store.pushSecret({
      ...this.#lab.request(config),
      ...(sourceNamespace !== undefined && { sourceNamespace }),
      secretData: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)])),
      pushSecretData: { remoteKey, secretKey, property, metadata: Buffer.from(text) },
    });
  }

  delete(config: string, remoteKey: string, property = ''): Promise<unknown> {
    const remoteRef = { remoteKey, property };
    return this.#lab.provider.client.store.deleteSecret({ ...this.#lab.request(config), remoteRef });
  }

  async exists(config: string, remoteKey: string): Promise<boolean> {
    const remoteRef = { remoteKey };
    return (await this.#lab.provider.client.store.secretExists({ ...this.#lab.request(config), remoteRef })).exists;
  }
}
