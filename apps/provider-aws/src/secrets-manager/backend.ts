import {
  type Backend,
  type BatchOutcome,
  type CallContext,
  type Credentials,
  type Find,
  objectOf,
  ProviderError,
  type Push,
  type PushedRef,
  type RemoteRef,
  type Validation,
} from '@eso/api/server';
import type { AwsConfig, FieldPath } from '../aws/aws-config.ts';
import type { AwsAccess } from '../aws/aws-identity.ts';
import { BatchLoader } from '../aws/batch-loader.ts';
import { batchOutcomes } from '../aws/batch-outcomes.ts';
import { fetchedTags } from '../aws/fetched-tags.ts';
import { propertyOf } from '../aws/property-of.ts';
import { remoteId } from '../aws/remote-id.ts';
import { Turns } from '../aws/turns.ts';
import { REMOTE_KEY } from '../aws/writing-calls.ts';
import { CURRENT_VERSION, type VersionSelector } from './absence.ts';
import { type SecretsManagerApi, SECRET_BATCH } from './api.ts';
import { deleteSecretFrom, secretHasValue } from './delete.ts';
import { findSecrets } from './find.ts';
import { type PushTarget, pushSecretTo } from './push.ts';
import { secretBytes, secretDocument } from './secret-bytes.ts';
import { secretArn } from './secret-name.ts';
import type { SecretValue } from './secret.ts';

/** What one config object was opened to. */
export interface SecretsManagerBackendOptions {
  readonly api: SecretsManagerApi;
  readonly access: AwsAccess;
  /** Reads what the metadata of a push refers to. */
  readonly credentials: Credentials;
  readonly region: string;
  /** How secrets are deleted. Default: recoverable for as long as AWS has it by itself. */
  readonly deletion?: AwsConfig['secretsManager'];
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
  readonly #turns = new Turns();

  constructor(options: SecretsManagerBackendOptions) {
    this.#options = options;
  }

  getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    const { access, api } = this.#options;
    return access.use(() => this.#read(ref, call, (...read) => api.getValue(...read)), call.signal);
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    return objectOf(await this.getSecret(ref, call), ref, call);
  }

  getAllSecrets(find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
    const { access, api } = this.#options;
    return access.use(() => findSecrets(api, find, call), call.signal);
  }

  /** Current values together, 20 a request; versions and tags, which AWS gives one by one, beside them. */
  batchGet(refs: readonly RemoteRef[], call: CallContext): Promise<readonly BatchOutcome[]> {
    const { access, api } = this.#options;
    return access.use(() => {
      const current = new BatchLoader<SecretValue>({
        max: SECRET_BATCH,
        many: (ids, signal) => api.values(ids, signal),
        one: (id, signal) => api.getValue(id, CURRENT_VERSION, signal),
      });
      const values: Values = (id, version, signal) =>
        version === CURRENT_VERSION ? current.load(id, signal) : api.getValue(id, version, signal);
      return batchOutcomes(refs, call, {
        isGathered: ({ version, metadataPolicy }) => version === '' && metadataPolicy !== 'Fetch',
        read: (ref) => this.#read(ref, call, values),
      });
    }, call.signal);
  }

  pushSecret(push: Push, call: CallContext): Promise<void> {
    return this.#changing(push, call.signal, (id) => pushSecretTo(this.#target(), id, push, call));
  }

  deleteSecret(ref: PushedRef, { signal }: CallContext): Promise<void> {
    const { deletion } = this.#options;
    return this.#changing(ref, signal, (id) => deleteSecretFrom(this.#target(), id, deletion, signal));
  }

  /** Whoever manages it. A secret without a value, or on its way out, does not exist here. */
  async secretExists({ remoteKey }: PushedRef, { signal }: CallContext): Promise<boolean> {
    const { access, api } = this.#options;
    const id = this.#idOf(remoteKey, REMOTE_KEY);
    return access.use(() => secretHasValue(api, id, signal), signal);
  }

  /** Whether there is an identity to use. Access keys prove themselves only when they are used, roles when assumed. */
  async validate(): Promise<Validation> {
    await this.#options.access.login();
    return { kind: 'valid', warnings: this.#options.warnings };
  }

  close(): void {
    this.#options.api.close();
  }

  /** One after the other for one secret: a property is written into what the one before has written. */
  async #changing({ remoteKey }: PushedRef, signal: AbortSignal, change: (id: string) => Promise<void>): Promise<void> {
    const id = this.#idOf(remoteKey, REMOTE_KEY);
    const { access, api } = this.#options;
    try {
      await this.#turns.run(id, signal, () => access.use(() => change(id), signal));
    } finally {
      api.forgetReads();
    }
  }

  #target(): PushTarget {
    const { api, credentials, region, at } = this.#options;
    return { writes: api.writes, credentials, region, at };
  }

  async #read(ref: RemoteRef, call: CallContext, values: Values): Promise<Uint8Array> {
    const id = this.#idOf(ref.key, 'remoteRef.key');
    if (ref.metadataPolicy === 'Fetch') {
      const tags = (signal: AbortSignal) => this.#options.api.getTags(id, signal);
      return fetchedTags(ref, call, () => call.once(JSON.stringify(['tags', id]), tags));
    }
    const version = versionOf(ref);
    const secret = await call.once(JSON.stringify(['value', id, version]), (signal) => values(id, version, signal));
    const value = ref.property ? secretDocument(secret) : secretBytes(secret);
    if (!value)
      throw new ProviderError('VERSION_NOT_FOUND', `secret ${id} has neither a string nor a binary value`, {
        field: 'remoteRef.key',
        nextStep: 'store a value in the secret',
      });
    return ref.property ? propertyOf(value, ref, call, 'key') : value;
  }

  /** @param field where the user wrote the key */
  #idOf(key: string, field: string): string {
    const { prefix, at } = this.#options;
    return remoteId(key, field, { prefix, at, what: 'secret', isArn: (id) => secretArn(id) !== undefined });
  }
}

/** The content of one version. */
type Values = (id: string, version: VersionSelector, signal: AbortSignal) => Promise<SecretValue>;

function versionOf({ version }: RemoteRef): VersionSelector {
  if (version === '') return CURRENT_VERSION;
  if (!version.startsWith(VERSION_ID)) return { VersionStage: version };
  if (version !== VERSION_ID) return { VersionId: version.slice(VERSION_ID.length) };
  throw new ProviderError('INVALID_REQUEST', `remoteRef.version is ${VERSION_ID} without a version ID`, {
    field: 'remoteRef.version',
    nextStep: `write the ID of a version behind ${VERSION_ID}, or a staging label alone`,
  });
}
