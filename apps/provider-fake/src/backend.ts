import {
  type Backend,
  type CallContext,
  type ConfigProblem,
  convertFoundKeys,
  type Find,
  objectOf,
  ProviderError,
  type Push,
  readProperty,
  type RemoteRef,
  type Validation,
} from '@eso/api/server';
import type { FakeConfig } from './config/fake.ts';

/** Secrets pushed into one Fake; they live as long as the process, across changes of the object. */
export type PushedSecrets = Map<string, Uint8Array>;

const UNABLE: Validation = { kind: 'invalid', message: 'unable to validate' };
const VALIDATIONS: readonly Validation[] = [{ kind: 'valid' }, { kind: 'unknown' }, UNABLE];

/** What the schema of a Fake, or of a store, lets through. */
export function checkFake(config: FakeConfig): ConfigProblem[] {
  return config.data.flatMap((entry, index) =>
    (['key', 'value'] as const)
      .filter((name) => entry[name] === '')
      .map((name) => ({
        field: `spec.data[${index}].${name}`,
        problem: `entry ${index} has no ${name}`,
        nextStep: `give it a ${name}`,
      })),
  );
}

/** The backend of one Fake: the entries of its spec, and what was pushed. */
export class FakeBackend implements Backend {
  /** Key → version → value. */
  readonly #entries = new Map<string, Map<string, Uint8Array>>();
  readonly #pushed: PushedSecrets;
  readonly #validation: Validation;

  constructor(config: FakeConfig, pushed: PushedSecrets) {
    for (const { key, version = '', value } of config.data) {
      const versions = this.#entries.get(key) ?? new Map<string, Uint8Array>();
      this.#entries.set(key, versions.set(version, Buffer.from(value)));
    }
    this.#pushed = pushed;
    this.#validation = VALIDATIONS[config.validationResult ?? 0] ?? UNABLE;
  }

  async getSecret(ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
    const secret = this.#find(ref);
    if (!ref.property) return secret;
    const value = await readProperty(secret, ref.property, call);
    // Alone among the backends, this one counts a missing property as a missing secret.
    if (!value) throw notFound(ref.key, `has no property ${ref.property}`);
    return value;
  }

  async getSecretMap(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>> {
    return objectOf(await this.getSecret(ref, call), ref, call);
  }

  async getAllSecrets(find: Find): Promise<Map<string, Uint8Array>> {
    const { nameRegexp, path, tags } = find;
    if (!nameRegexp || path !== undefined || tags.size > 0)
      throw new ProviderError('UNSUPPORTED', 'unsupported find operator', {
        field: 'find',
        nextStep: 'use find.name.regexp and nothing else',
      });
    const found = new Map<string, Uint8Array>();
    for (const key of await nameRegexp.select(new Set([...this.#pushed.keys(), ...this.#entries.keys()])))
      found.set(key, this.#newest(key));
    return convertFoundKeys(found, find);
  }

  pushSecret({ remoteKey, secretKey, data }: Push): Promise<void> {
    if (this.#entries.has(remoteKey))
      throw new ProviderError('ALREADY_EXISTS', 'key already exists', { field: 'match.remoteRef.remoteKey' });
    this.#pushed.set(remoteKey, data.get(secretKey) ?? new Uint8Array());
    return Promise.resolve();
  }

  deleteSecret(): Promise<void> {
    return Promise.resolve();
  }

  secretExists({ remoteKey }: { remoteKey: string }): Promise<boolean> {
    return Promise.resolve(this.#value(remoteKey, '') !== undefined);
  }

  validate(): Promise<Validation> {
    return Promise.resolve(this.#validation);
  }

  #find({ key, version }: RemoteRef): Uint8Array {
    const value = this.#value(key, version);
    if (!value) throw notFound(key, version ? `does not exist in version ${version}` : 'does not exist');
    return value;
  }

  #value(key: string, version: string): Uint8Array | undefined {
    return this.#entries.get(key)?.get(version) ?? (version === '' ? this.#pushed.get(key) : undefined);
  }

  /** Of several versions the last one in the order of their texts. */
  #newest(key: string): Uint8Array {
    const version = [...(this.#entries.get(key)?.keys() ?? [])].sort().at(-1) ?? '';
    return this.#find({ key, version, property: '', metadataPolicy: 'None' });
  }
}

function notFound(key: string, problem: string): ProviderError {
  return new ProviderError('SECRET_NOT_FOUND', `secret ${key} ${problem}`, { field: 'remoteRef' });
}
