import {
  type Backend,
  type CallContext,
  canonicalJson,
  type Find,
  objectOf,
  ProviderError,
  type RemoteRef,
  type Validation,
} from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import type { AwsAccess } from '../aws/aws-identity.ts';
import { propertyOf } from '../aws/property-of.ts';
import { CURRENT_VERSION, type VersionSelector } from './absence.ts';
import type { SecretsManagerApi } from './api.ts';
import { findSecrets } from './find.ts';
import { secretArn } from './secret-arn.ts';
import { secretBytes, secretDocument } from './secret-bytes.ts';

/** What one config object was opened to. */
export interface SecretsManagerBackendOptions {
  readonly api: SecretsManagerApi;
  readonly access: AwsAccess;
  /** Stands before every remote key. */
  readonly prefix: string;
  /** What a validation has to say about the config object. */
  readonly warnings: readonly string[];
  readonly at: FieldPath;
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
    const id = this.#idOf(ref);
    if (ref.metadataPolicy === 'Fetch') {
      const tags = canonicalJson(await this.#tags(id, signal), { escapeHtml: true });
      return ref.property ? propertyOf(tags, ref, call, 'tag') : tags;
    }
    const secret = await this.#options.api.getValue(id, versionOf(ref), signal);
    const value = ref.property ? secretDocument(secret) : secretBytes(secret);
    if (!value)
      throw new ProviderError('VERSION_NOT_FOUND', `secret ${id} has neither a string nor a binary value`, {
        field: 'remoteRef.key',
        nextStep: 'store a value in the secret',
      });
    return ref.property ? propertyOf(value, ref, call, 'key') : value;
  }

  #idOf({ key }: RemoteRef): string {
    const { prefix, at } = this.#options;
    if (!prefix || !secretArn(key)) return prefix + key;
    throw new ProviderError('INVALID_REQUEST', `remoteRef.key is an ARN, and ${at('prefix')} stands before every key`, {
      field: 'remoteRef.key',
      nextStep: `give the secret's name without the prefix, or take ${at('prefix')} away`,
    });
  }

  /** An absent secret is an ordinary failure here, as upstream's: deletion policies speak of values. */
  async #tags(id: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    try {
      return await this.#options.api.getTags(id, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'SECRET_NOT_FOUND') throw error;
      throw new ProviderError('PROPERTY_NOT_FOUND', `no tags to read: ${error.publicMessage}`, {
        field: 'remoteRef.key',
        nextStep: error.nextStep,
        cause: error,
        ...(error.backend ? { backend: error.backend } : {}),
      });
    }
  }
}

function versionOf({ version }: RemoteRef): VersionSelector {
  if (version === '') return CURRENT_VERSION;
  if (!version.startsWith(VERSION_ID)) return { VersionStage: version };
  if (version !== VERSION_ID) return { VersionId: version.slice(VERSION_ID.length) };
  throw new ProviderError('INVALID_REQUEST', `remoteRef.version is ${VERSION_ID} without a version ID`, {
    field: 'remoteRef.version',
    nextStep: `write the ID of a version behind ${VERSION_ID}, or a staging label alone`,
  });
}
