import {
  type Backend,
  type CallContext,
  type Find,
  type OpenContext,
  ProviderError,
  type Push,
  type PushedRef,
  readProperty,
  type RemoteRef,
  type Validation,
  valueMap,
} from '@eso/api/server';
import type { AzureAccess } from '../azure/access.ts';
import { deleteObject } from './delete.ts';
import { findVaultSecrets } from './find.ts';
import { fetchedMetadata, fetchedMetadataMap } from './metadata.ts';
import { pushObject } from './push.ts';
import { remoteObject, type RemoteObject } from './remote-key.ts';
import type { VaultClient } from './vault-client.ts';
import { isAbsent, readObject, type VaultObject } from './vault-object.ts';

/** What one config was opened to. */
export interface KeyVaultBackendOptions {
  readonly vault: VaultClient;
  readonly access: AzureAccess;
  readonly clock: OpenContext<unknown>['clock'];
}

const READ_KEY = 'remoteRef.key';
const WRITTEN_KEY = 'match.remoteRef.remoteKey';

/** One vault, as one config gives access to it. */
export class KeyVaultBackend implements Backend {
  readonly #options: KeyVaultBackendOptions;

  constructor(options: KeyVaultBackendOptions) {
    this.#options = options;
  }

  async getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    const object = remoteObject(ref.key, READ_KEY);
    const read = await this.#read(object, ref, call);
    if (ref.metadataPolicy === 'Fetch') return fetchedMetadata(read, ref, call);
    // A certificate is DER, which has no properties.
    if (!ref.property || object.type === 'cert') return read.content;
    const value = await readProperty(read.content, ref.property, call, 'pathThenLiteral');
    if (value) return value;
    throw new ProviderError('PROPERTY_NOT_FOUND', `property ${ref.property} does not exist in ${ref.key}`, {
      field: 'remoteRef.property',
    });
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    const object = remoteObject(ref.key, READ_KEY);
    if (object.type !== 'secret')
      throw new ProviderError('INVALID_REQUEST', `cannot get a map of values from a ${object.type} of Key Vault`, {
        field: READ_KEY,
        nextStep: 'extract from a secret, or refer to the value by data[].remoteRef',
      });
    if (ref.metadataPolicy !== 'Fetch') return valueMap(await this.getSecret(ref, call), ref, call);
    return fetchedMetadataMap(await this.#read(object, ref, call), { name: object.name, ref, call });
  }

  getAllSecrets(find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
    return findVaultSecrets(this.#options.vault, find, call);
  }

  pushSecret(push: Push, call: CallContext): Promise<void> {
    return pushObject(this.#options, push, call);
  }

  deleteSecret({ remoteKey }: PushedRef, { signal }: CallContext): Promise<void> {
    return deleteObject(this.#options.vault, remoteKey, signal);
  }

  /** Whoever manages it. */
  async secretExists({ remoteKey }: PushedRef, { signal }: CallContext): Promise<boolean> {
    const object = remoteObject(remoteKey, WRITTEN_KEY);
    try {
      await readObject(this.#options.vault, { object, version: '', field: WRITTEN_KEY, signal });
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  /** Whether there is an identity to use. What it may do in the vault is known when it does it. */
  async validate({ signal }: CallContext): Promise<Validation> {
    await this.#options.access.use(() => Promise.resolve(), signal);
    return { kind: 'valid' };
  }

  /** Several parts of one object are one read. */
  #read(object: RemoteObject, { version }: RemoteRef, { once }: CallContext): Promise<VaultObject> {
    return once(JSON.stringify([object, version]), (signal) =>
      readObject(this.#options.vault, { object, version, field: READ_KEY, signal }),
    );
  }
}
