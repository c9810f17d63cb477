import {
  type Backend,
  type CallContext,
  type Find,
  objectOf,
  ProviderError,
  readProperty,
  type RemoteRef,
  sortedJson,
  type Validation,
} from '@eso/api/server';
import type { Access } from '../aws/login.ts';
import type { SecretsManagerApi, VersionSelector } from './api.ts';
import { findSecrets } from './find.ts';
import { secretBytes, secretDocument } from './secret-bytes.ts';

export interface SecretsManagerBackendOptions {
  readonly api: SecretsManagerApi;
  readonly access: Access;
  /** Stands before every remote key. */
  readonly prefix: string;
  /** What a validation has to say about the config object. */
  readonly warnings: readonly string[];
}

/** Marks a version as an ID; what does not begin with it is a staging label. */
const VERSION_ID = 'uuid/';

/** The secrets of one region, as one config object gives access to them. */
export class SecretsManagerBackend implements Backend {
  readonly #options: SecretsManagerBackendOptions;

  constructor(options: SecretsManagerBackendOptions) {
    this.#options = options;
  }

  getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    return this.#options.access.use(() => this.#getSecret(ref, call), call.signal);
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    return objectOf(await this.getSecret(ref, call), ref, call);
  }

  getAllSecrets(find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
    const { access, api } = this.#options;
    return access.use(() => findSecrets(api, find, call), call.signal);
  }

  /** Whether there is an identity to use. Access keys prove themselves only when they are used, roles when assumed. */
  async validate(): Promise<Validation> {
    await this.#options.access.login();
    return { kind: 'valid', warnings: this.#options.warnings };
  }

  close(): void {
    this.#options.api.close();
  }

  async #getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    const { signal } = call;
    const id = this.#options.prefix + ref.key;
    if (ref.metadataPolicy === 'Fetch') {
      const tags = sortedJson(await this.#tags(id, ref, signal), { escapeHtml: true });
      return ref.property ? property(tags, ref, call) : tags;
    }
    const secret = await this.#options.api.getValue(id, versionOf(ref), signal);
    const value = ref.property ? secretDocument(secret) : secretBytes(secret);
    if (!value)
      throw new ProviderError('PROPERTY_NOT_FOUND', `secret ${ref.key} has neither a string nor a binary value`, {
        field: 'remoteRef.key',
        nextStep: 'give the secret a value',
      });
    return ref.property ? property(value, ref, call) : value;
  }

  /** An absent secret is an ordinary failure here, as upstream's: deletion policies speak of values. */
  async #tags(id: string, ref: RemoteRef, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    try {
      return await this.#options.api.getTags(id, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'SECRET_NOT_FOUND') throw error;
      throw new ProviderError('PROPERTY_NOT_FOUND', `secret ${ref.key} does not exist, so it has no tags`, {
        field: 'remoteRef.key',
        nextStep: 'create the secret or correct remoteRef.key',
        cause: error,
      });
    }
  }
}

function versionOf({ version }: RemoteRef): VersionSelector {
  if (version.startsWith(VERSION_ID)) return { VersionId: version.slice(VERSION_ID.length) };
  return { VersionStage: version || 'AWSCURRENT' };
}

async function property(document: Uint8Array, ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
  const value = await readProperty(document, ref.property, call, 'literalThenPath');
  if (value) return value;
  throw new ProviderError('PROPERTY_NOT_FOUND', `key ${ref.property} does not exist in secret ${ref.key}`, {
    field: 'remoteRef.property',
  });
}
