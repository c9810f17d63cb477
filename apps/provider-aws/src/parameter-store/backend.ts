import {
  type Backend,
  type BatchOutcome,
  type CallContext,
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
import { BatchLoader } from '../aws/batch-loader.ts';
import { batchOutcomes } from '../aws/batch-outcomes.ts';
import { fetchedTags } from '../aws/fetched-tags.ts';
import { propertyOf } from '../aws/property-of.ts';
import { remoteId } from '../aws/remote-id.ts';
import { Turns } from '../aws/turns.ts';
import { REMOTE_KEY } from '../aws/writing-calls.ts';
import { PARAMETER_BATCH, type ParameterStoreApi, type ParameterValue } from './api.ts';
import { findParameters } from './find.ts';
import { parameterArn, parameterName } from './parameter-name.ts';
import { deleteParameter, parameterExists, pushParameter } from './push.ts';
import type { ParameterWrites } from './writes.ts';

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
  readonly #turns = new Turns();

  constructor(options: ParameterStoreBackendOptions) {
    this.#options = options;
  }

  getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    const { access, api } = this.#options;
    return access.use(
      () => this.#read(ref, call, async (...read) => ({ text: await api.getValue(...read) })),
      call.signal,
    );
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    return objectOf(await this.getSecret(ref, call), ref, call);
  }

  getAllSecrets(find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
    const { access, api } = this.#options;
    return access.use(() => findParameters(api, find, call), call.signal);
  }

  /** Values together, ten a request; tags, which AWS gives one by one, beside them. */
  batchGet(refs: readonly RemoteRef[], call: CallContext): Promise<readonly BatchOutcome[]> {
    const { access, api } = this.#options;
    return access.use(() => {
      const values = new BatchLoader<ParameterValue>({
        max: PARAMETER_BATCH,
        many: (ids, signal) => api.values(ids, signal),
        one: async (id, signal) => ({ text: await api.getValue(id, signal) }),
      });
      return batchOutcomes(refs, call, {
        isGathered: ({ metadataPolicy }) => metadataPolicy !== 'Fetch',
        read: (ref) => this.#read(ref, call, (...read) => values.load(...read)),
      });
    }, call.signal);
  }

  pushSecret(push: Push, call: CallContext): Promise<void> {
    return this.#changing(push, call.signal, (name, writes) => pushParameter(writes, name, push, call));
  }

  deleteSecret(ref: PushedRef, { signal }: CallContext): Promise<void> {
    return this.#changing(ref, signal, (name, writes) => deleteParameter(writes, name, signal));
  }

  /** Whoever manages it, and without its value. */
  async secretExists(ref: PushedRef, { signal }: CallContext): Promise<boolean> {
    const { access, api } = this.#options;
    const name = this.#nameOf(ref);
    return access.use(() => parameterExists(api.writes, name, signal), signal);
  }

  /** Whether there is an identity to use. Access keys prove themselves only when they are used, roles when assumed. */
  async validate(): Promise<Validation> {
    await this.#options.access.login();
    return { kind: 'valid', warnings: this.#options.warnings };
  }

  close(): void {
    this.#options.api.close();
  }

  /** One after the other for one parameter. */
  async #changing(
    ref: PushedRef,
    signal: AbortSignal,
    change: (name: string, writes: ParameterWrites) => Promise<void>,
  ): Promise<void> {
    const { access, api } = this.#options;
    const name = this.#nameOf(ref);
    try {
      await this.#turns.run(name, signal, () => access.use(() => change(name, api.writes), signal));
    } finally {
      api.forgetReads();
    }
  }

  async #read(ref: RemoteRef, call: CallContext, values: Values): Promise<Uint8Array> {
    const id = this.#idOf(ref);
    if (ref.metadataPolicy === 'Fetch') {
      // Tags are the parameter's, whichever version is asked for.
      const { base } = parameterName(id);
      const tags = (signal: AbortSignal) => this.#options.api.getTags(base, signal);
      return fetchedTags(ref, call, () => call.once(JSON.stringify(['tags', base]), tags));
    }
    const { text } = await call.once(JSON.stringify(['value', id]), (signal) => values(id, signal));
    if (text === undefined)
      throw new ProviderError('VERSION_NOT_FOUND', `parameter ${id} has no value`, {
        field: 'remoteRef.key',
        nextStep: 'store a value in the parameter',
      });
    const value = Buffer.from(text);
    return ref.property ? propertyOf(value, ref, call, 'key') : value;
  }

  #idOf({ key, version }: Pick<RemoteRef, 'key' | 'version'>, field = 'remoteRef.key'): string {
    const { prefix, at } = this.#options;
    const id = remoteId(key, field, {
      prefix,
      at,
      what: 'parameter',
      isArn: (name) => parameterArn(name) !== undefined,
    });
    return id + (version ? `:${version}` : '');
  }

  /** The name of what is written. */
  #nameOf({ remoteKey }: PushedRef): string {
    return this.#idOf({ key: remoteKey, version: '' }, REMOTE_KEY);
  }
}

/** The decrypted content of a parameter, by its name with a version or without. */
type Values = (id: string, signal: AbortSignal) => Promise<ParameterValue>;
