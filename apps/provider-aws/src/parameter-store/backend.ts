import {
  type Backend,
  type CallContext,
  canonicalJson,
  type Find,
  objectOf,
  ProviderError,
  type Push,
  type PushedRef,
  type RemoteRef,
  type Validation,
} from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import type { AwsAccess } from '../aws/aws-identity.ts';
import { propertyOf } from '../aws/property-of.ts';
import type { ParameterStoreApi } from './api.ts';
import { findParameters } from './find.ts';
import { parameterArn, parameterName } from './parameter-name.ts';
import { deleteParameter, pushParameter } from './push.ts';

/** What one config was opened to. */
export interface ParameterStoreBackendOptions {
  readonly api: ParameterStoreApi;
  readonly access: AwsAccess;
  /** Stands before every remote key. */
  readonly prefix: string;
  /** What a validation has to say about the config. */
  readonly warnings: readonly string[];
  readonly at: FieldPath;
}

/** The parameters of one region, as one config gives access to them. */
export class ParameterStoreBackend implements Backend {
  readonly #options: ParameterStoreBackendOptions;

  constructor(options: ParameterStoreBackendOptions) {
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
    return access.use(() => findParameters(api, find, call), call.signal);
  }

  pushSecret(push: Push, call: CallContext): Promise<void> {
    const { access, api, prefix } = this.#options;
    return access.use(() => pushParameter(api.writes, prefix + push.remoteKey, push, call), call.signal);
  }

  deleteSecret({ remoteKey }: PushedRef, { signal }: CallContext): Promise<void> {
    const { access, api, prefix } = this.#options;
    return access.use(() => deleteParameter(api.writes, prefix + remoteKey, signal), signal);
  }

  /** Whoever manages it, and without its value. */
  secretExists({ remoteKey }: PushedRef, { signal }: CallContext): Promise<boolean> {
    const { access, api, prefix } = this.#options;
    const current = () => api.writes.current(prefix + remoteKey, { signal, encrypted: true });
    return access.use(async () => (await current()) !== undefined, signal);
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
    const id = this.#idOf(ref);
    if (ref.metadataPolicy === 'Fetch') {
      const tags = canonicalJson(await this.#tags(id, call.signal), { escapeHtml: true });
      return ref.property ? propertyOf(tags, ref, call, 'tag') : tags;
    }
    const text = await this.#options.api.getValue(id, call.signal);
    if (text === undefined)
      throw new ProviderError('VERSION_NOT_FOUND', `parameter ${id} has no value`, {
        field: 'remoteRef.key',
        nextStep: 'store a value in the parameter',
      });
    const value = Buffer.from(text);
    return ref.property ? propertyOf(value, ref, call, 'key') : value;
  }

  #idOf({ key, version }: RemoteRef): string {
    const { prefix, at } = this.#options;
    if (prefix && parameterArn(key))
      throw new ProviderError(
        'INVALID_REQUEST',
        `remoteRef.key is an ARN, and ${at('prefix')} stands before every key`,
        {
          field: 'remoteRef.key',
          nextStep: `give the parameter's name without the prefix, or take ${at('prefix')} away`,
        },
      );
    return prefix + key + (version ? `:${version}` : '');
  }

  /** Tags are the parameter's, whichever version is asked for. That there is none is an ordinary failure here, as upstream's. */
  async #tags(id: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { base } = parameterName(id);
    try {
      return await this.#options.api.getTags(base, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.backend?.code !== 'InvalidResourceId') throw error;
      throw new ProviderError('PROPERTY_NOT_FOUND', `no tags to read: parameter ${base} does not exist`, {
        field: 'remoteRef.key',
        nextStep: 'create the parameter in AWS or correct remoteRef.key',
        cause: error,
        backend: error.backend,
      });
    }
  }
}
