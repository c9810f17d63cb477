/** ExternalSecrets that are read all the time, each of them a value of its own. */
import type { Cluster } from '../up.ts';
import { applyAll, type Manifest } from './pods.ts';

/** How large a load is, and where. */
export interface LoadOptions {
  /** Of the tenant; it has to exist. */
  readonly namespace: string;
  /** How many ExternalSecrets. */
  readonly objects: number;
  /** Default: `1s`. */
  readonly refreshInterval?: string;
}

const STORE = 'load';
const nameOf = (index: number): string => `load-${String(index).padStart(3, '0')}`;
const valueOf = (index: number, version: number): string => `value ${String(version)} of ${String(index)}`;

/** ExternalSecrets of one store, which provider-fake serves. */
export class Load {
  readonly names: readonly string[];
  readonly #options: LoadOptions;
  #version = 1;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.names = Array.from({ length: options.objects }, (_, index) => nameOf(index));
  }

  /** Applies all, and waits until each has become a Secret. @throws Error with kubectl's words after four minutes */
  async apply(cluster: Cluster): Promise<void> {
    await applyAll(cluster, [this.#store(), ...this.names.map((name) => this.#externalSecret(name))]);
    const all = ['wait', '--for=condition=Ready', 'externalsecret', '--all', '--timeout=240s'];
    await cluster.kubectl('-n', this.#options.namespace, ...all);
  }

  /** Gives every one a new value in the backend. */
  async change(cluster: Cluster): Promise<void> {
    this.#version++;
    await applyAll(cluster, [this.#store()]);
  }

  /** Deletes some ExternalSecrets with their Secrets, and makes them anew. @param indices in {@link names} */
  async renew(cluster: Cluster, indices: readonly number[]): Promise<void> {
    const names = indices.map(nameOf);
    await cluster.kubectl('-n', this.#options.namespace, 'delete', 'externalsecrets', ...names);
    await applyAll(
      cluster,
      names.map((name) => this.#externalSecret(name)),
    );
  }

  /** Names of Secrets that belong to none of it, sorted. */
  async orphans(cluster: Cluster): Promise<string[]> {
    const found = await cluster.kubectl('-n', this.#options.namespace, 'get', 'secrets', '-o', 'name');
    const own = new Set(this.names.map((name) => `secret/${name}`));
    return found
      .split('\n')
      .filter((name) => name !== '' && !own.has(name))
      .sort();
  }

  /** Names of those whose Secret is not there, or has anything but their own value in it. */
  async wrong(cluster: Cluster): Promise<string[]> {
    const list = await cluster.kubectl('-n', this.#options.namespace, 'get', 'secrets', '-o', 'json');
    const { items } = JSON.parse(list) as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly data?: Readonly<Record<string, string>>;
      }[];
    };
    const found = new Map(items.map(({ metadata, data = {} }) => [metadata.name, JSON.stringify(data)]));
    return this.names.filter((name, index) => found.get(name) !== this.#dataOf(index));
  }

  #dataOf(index: number): string {
    return JSON.stringify({ value: Buffer.from(valueOf(index, this.#version)).toString('base64') });
  }

  #store(): Manifest {
    const data = this.names.map((name, index) => ({ key: name, value: valueOf(index, this.#version) }));
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name: STORE, namespace: this.#options.namespace },
      spec: { provider: { fake: { data } } },
    };
  }

  #externalSecret(name: string): Manifest {
    const { namespace, refreshInterval = '1s' } = this.#options;
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace },
      spec: {
        refreshInterval,
        secretStoreRef: { kind: 'SecretStore', name: STORE },
        data: [{ secretKey: 'value', remoteRef: { key: name } }],
      },
    };
  }
}
