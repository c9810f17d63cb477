import {
  type Backend,
  type CallContext,
  type Find,
  jsonObjectToMap,
  ProviderError,
  readProperty,
  type RemoteRef,
  sortedJson,
  type Validation,
} from '@eso/api/server';
import { idleSettings } from './check-config.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import type { ConfigCredentials } from './credentials.ts';
import { findSecrets } from './find-secrets.ts';
import { bytesOf, type SecretsApi } from './secrets-api.ts';

export interface SecretsManagerOptions {
  readonly config: SecretsManagerConfig;
  readonly api: SecretsApi;
  readonly credentials: ConfigCredentials;
}

/** AWS Secrets Manager as one config object describes it. */
export class SecretsManagerBackend implements Backend {
  readonly #config: SecretsManagerConfig;
  readonly #api: SecretsApi;
  readonly #credentials: ConfigCredentials;

  constructor({ config, api, credentials }: SecretsManagerOptions) {
    this.#config = config;
    this.#api = api;
    this.#credentials = credentials;
  }

  async getSecret(ref: RemoteRef, { signal }: CallContext): Promise<Uint8Array> {
    if (ref.metadataPolicy === 'Fetch') {
      const tags = await this.#tags(ref, signal);
      return ref.property ? property(tags, ref) : tags;
    }
    const value = await this.#api.value(this.#secretId(ref), ref.version, signal);
    if (!ref.property) return bytesOf(value, ref.key);
    // Where a secret has both, the bytes are what properties are read from.
    return property(value.binary ?? bytesOf(value, ref.key), ref);
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    const map = jsonObjectToMap(await this.getSecret(ref, call));
    if (map) return map;
    const what = ref.property ? `property ${ref.property} of secret ${ref.key}` : `secret ${ref.key}`;
    throw new ProviderError('PROPERTY_NOT_FOUND', `unable to unmarshal ${what}: it is not a JSON object`, {
      field: 'remoteRef.key',
      nextStep: 'use data for a secret that is no JSON object, or name the property that holds one',
    });
  }

  getAllSecrets(find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
    return findSecrets(this.#api, find, call);
  }

  /** Only logs in: what the credentials may read is known when it is read. */
  async validate(): Promise<Validation> {
    await this.#credentials.current();
    return { kind: 'valid', warnings: idleSettings(this.#config) };
  }

  close(): void {
    this.#api.close();
  }

  /** The tags as JSON. A missing secret is no missing secret here: upstream takes it for an error of its own, which deletes nothing. */
  async #tags(ref: RemoteRef, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return sortedJson(await this.#api.tags(this.#secretId(ref), signal), { escapeHtml: true });
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'SECRET_NOT_FOUND') throw error;
      throw new ProviderError('INVALID_REQUEST', `the tags of ${ref.key} cannot be read: ${error.publicMessage}`, {
        cause: error,
        field: 'remoteRef.key',
      });
    }
  }

  #secretId({ key }: RemoteRef): string {
    return `${this.#config.prefix ?? ''}${key}`;
  }
}

/** A property that holds dots is looked up as one key first, then as a path. */
function property(document: Uint8Array, ref: RemoteRef): Uint8Array {
  const value = readProperty(document, ref.property, 'literalThenPath');
  if (value) return value;
  throw new ProviderError('PROPERTY_NOT_FOUND', `key ${ref.property} does not exist in secret ${ref.key}`, {
    field: 'remoteRef.property',
  });
}
