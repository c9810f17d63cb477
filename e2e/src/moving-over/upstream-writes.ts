import { externalSecrets } from '@eso/api/resources';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType, type Secret, secrets } from '@eso/kube';
import type { Author, Effect, SyncedObject, TargetSecret } from '@eso/upstream-model';

/** Sends what upstream and users of it send, in their names, so that managedFields are the real ones. */
export class UpstreamWrites {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** As a user, a GitOps tool or a chart writes a manifest. */
  async apply(manifest: SyncedObject, { manager, applies }: Author): Promise<void> {
    const { namespace = '', name } = manifest.metadata;
    await (applies
      ? this.#client.request('PATCH', this.#path(externalSecrets, namespace, name), {
          body: manifest,
          contentType: 'application/apply-patch+yaml',
          query: { fieldManager: manager, force: true },
        })
      : this.#client.request('POST', this.#path(externalSecrets, namespace), {
          body: manifest,
          query: { fieldManager: manager },
        }));
  }

  /** A Secret that somebody made by hand. */
  async secretByHand(secret: TargetSecret): Promise<void> {
    await this.#client.request('POST', this.#path(secrets, secret.metadata.namespace ?? ''), {
      body: secret,
      query: { fieldManager: 'kubectl-create' },
    });
  }

  /** Does to an ExternalSecret and its Secret what a pass of upstream does. */
  async carryOut(es: SyncedObject, effects: readonly Effect[]): Promise<void> {
    const { namespace = '', name } = es.metadata;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'patchExternalSecret':
          await this.#patch(this.#path(externalSecrets, namespace, name), effect.body, effect.manager);
          break;
        case 'patchSecret':
          await this.#patch(this.#path(secrets, namespace, effect.name), effect.body, effect.manager);
          break;
        case 'createSecret':
          await this.#client.request('POST', this.#path(secrets, namespace), {
            body: effect.secret,
            query: { fieldManager: effect.manager },
          });
          break;
        case 'updateSecret':
          await this.#client.request('PUT', this.#path(secrets, namespace, effect.secret.metadata.name), {
            body: effect.secret,
            query: { fieldManager: effect.manager },
          });
          break;
        case 'deleteSecret':
          await this.#client.delete(secrets, { namespace, name: effect.name });
          break;
        case 'writeStatus':
          await this.#writeStatus(namespace, name, effect.status, effect.manager);
          break;
        case 'event':
          // Events end after an hour: none is left when somebody moves over.
          break;
      }
    }
  }

  /** The Secret of that name, if there is one. */
  async secret(namespace: string, name: string): Promise<Secret | undefined> {
    try {
      return await this.#client.get(secrets, { namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** The whole object with another status, as a Go client updates it. */
  async #writeStatus(namespace: string, name: string, status: object, manager: string): Promise<void> {
    const object = await this.#client.get(externalSecrets, { namespace, name });
    await this.#client.request('PUT', `${this.#path(externalSecrets, namespace, name)}/status`, {
      body: { ...object, status },
      query: { fieldManager: manager },
    });
  }

  async #patch(path: string, body: object, manager: string): Promise<void> {
    const query = { fieldManager: manager };
    await this.#client.request('PATCH', path, { body, contentType: 'application/merge-patch+json', query });
  }

  #path<T extends KubeObject>({ group, version, plural }: ResourceType<T>, namespace: string, name?: string): string {
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    return `${base}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
  }
}
