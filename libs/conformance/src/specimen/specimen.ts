/** A provider that can do everything, in memory; and for many rules one that breaks that rule and no other. */
import {
  type Backend,
  type BatchOutcome,
  type CallContext,
  type Change,
  defineGenerator,
  defineKind,
  type Find,
  ProviderError,
  type ProviderDefinition,
  type Push,
  type PushedRef,
  type RemoteRef,
  type Validation,
} from '@eso/api/server';
import type { RuleId } from '../rule-book.ts';

/** A secret of the specimen: its versions, oldest first. */
export interface HeldSecret {
  readonly versions: string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly managed?: boolean;
}

const MANY = 100;
const absent = (key: string) => new ProviderError('SECRET_NOT_FOUND', `secret ${key} does not exist`);
const bytes = (text: string): Uint8Array => Buffer.from(text);

/**
 * The provider, over secrets that it keeps.
 * @param breaks the rule that it breaks, if any
 */
export function specimen(secrets: Map<string, HeldSecret>, breaks?: RuleId): ProviderDefinition {
  let cleanups = 0;
  return {
    name: 'specimen',
    kinds: [
      defineKind<{ readonly broken?: boolean }>({
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'Specimen',
        plural: 'specimens',
        features: [
          ...([
            'get',
            'map',
            'findByName',
            'findByTags',
            'findByPath',
            'metadata',
            'push',
            'delete',
            'exists',
          ] as const),
          ...(['batch', 'watch'] as const),
        ],
        metricName: 'Specimen',
        open: ({ config }) => new SpecimenBackend(secrets, config.broken ?? false, breaks),
      }),
    ],
    generators: [
      defineGenerator<object>({
        apiVersion: 'generators.external-secrets.io/v1alpha1',
        kind: 'Token',
        plural: 'tokens',
        metricName: 'Token',
        generate: () => ({ values: new Map([['token', bytes('made')]]), state: { id: 1 } }),
        cleanup: () => {
          if (breaks === 'generate.2' && ++cleanups > 1) throw new ProviderError('CONFLICT', 'it is gone already');
        },
      }),
    ],
  };
}

class SpecimenBackend implements Backend {
  readonly #secrets: Map<string, HeldSecret>;
  readonly #broken: boolean;
  readonly #breaks: RuleId | undefined;
  readonly #watchers = new Set<(keys: readonly string[]) => void>();
  #inFlight = 0;

  constructor(secrets: Map<string, HeldSecret>, broken: boolean, breaks: RuleId | undefined) {
    this.#secrets = secrets;
    this.#broken = broken;
    this.#breaks = breaks;
  }

  async getSecret(ref: RemoteRef): Promise<Uint8Array> {
    this.#inFlight += 1;
    try {
      await new Promise((resolve) => setImmediate(resolve));
      const mixed = this.#breaks === 'concurrency.1' && this.#inFlight > MANY;
      return this.#read(mixed ? { ...ref, key: 'text' } : ref, 'get');
    } finally {
      this.#inFlight -= 1;
    }
  }

  getSecretMap(ref: RemoteRef): Promise<Map<string, Uint8Array>> {
    const text = Buffer.from(this.#read(ref, 'map')).toString();
    if (!text.startsWith('{')) {
      if (this.#breaks === 'map.3') return Promise.resolve(new Map([['value', bytes(text)]]));
      throw new ProviderError('NOT_AN_OBJECT', 'it is no object');
    }
    const entries = Object.entries(JSON.parse(text) as Record<string, string>);
    if (this.#breaks === 'map.1' && ref.key === 'object') entries.pop();
    return Promise.resolve(new Map(entries.map(([key, value]) => [key, bytes(value)])));
  }

  async getAllSecrets({ nameRegexp, path, tags }: Find): Promise<Map<string, Uint8Array>> {
    if (path === 'partial' && this.#breaks !== 'find.9')
      throw new ProviderError('BACKEND_UNAVAILABLE', 'the second page did not come');
    let names = [...this.#secrets.keys()];
    if (nameRegexp) names = [...(await nameRegexp.select(names))];
    if (path !== undefined && this.#breaks !== 'find.3') names = names.filter((name) => name.startsWith(`${path}/`));
    if (this.#breaks !== 'find.2')
      names = names.filter((name) => [...tags].every(([key, value]) => this.#secrets.get(name)?.tags?.[key] === value));
    if (this.#breaks === 'find.1' && names.length === 2) names.pop();
    if (this.#breaks === 'find.4' && names.length === 0 && path === undefined && tags.size === 0)
      throw new ProviderError('INVALID_REQUEST', 'nothing was found');
    return new Map(names.map((name) => [name, bytes(this.#secrets.get(name)?.versions.at(-1) ?? '')]));
  }

  pushSecret({ remoteKey, secretKey, property, data }: Push): Promise<void> {
    const known = this.#secrets.get(remoteKey);
    const foreign = known?.managed === false;
    if (foreign && this.#breaks !== 'push.3')
      throw new ProviderError('ALREADY_EXISTS', `secret ${remoteKey} is somebody else's`);
    const value = Buffer.from(data.get(secretKey) ?? []).toString();
    const kept = this.#breaks === 'push.5' && secretKey === '' ? [...data].slice(1) : [...data];
    const texts = kept.map(([key, part]) => [key, Buffer.from(part).toString()] as const);
    const object = property ? { ...this.#properties(known), [property]: value } : Object.fromEntries(texts);
    const text = property || secretKey === '' ? JSON.stringify(object) : this.#written(value, known);
    this.#secrets.set(remoteKey, { ...known, versions: [text] });
    if (this.#breaks !== 'watch.2') for (const tell of this.#watchers) tell([remoteKey]);
    return Promise.resolve();
  }

  deleteSecret({ remoteKey }: PushedRef): Promise<void> {
    const known = this.#secrets.get(remoteKey);
    if (!known && this.#breaks === 'delete.2') throw new ProviderError('INVALID_REQUEST', 'there is nothing to delete');
    if (known?.managed === false && this.#breaks !== 'delete.3') return Promise.resolve();
    if (this.#breaks !== 'delete.1') this.#secrets.delete(remoteKey);
    return Promise.resolve();
  }

  secretExists({ remoteKey }: PushedRef): Promise<boolean> {
    if (this.#breaks === 'capabilities.3' && remoteKey.startsWith('conformance-'))
      throw new ProviderError('UNSUPPORTED', 'this is not served');
    if (remoteKey === 'forbidden' && this.#breaks !== 'exists.3')
      throw new ProviderError('ACCESS_DENIED', 'the backend does not say');
    const there = this.#secrets.has(remoteKey);
    if (!there && remoteKey === 'nowhere' && this.#breaks === 'exists.2') throw absent(remoteKey);
    return Promise.resolve(there && this.#breaks !== 'exists.1');
  }

  batchGet(refs: readonly RemoteRef[]): Promise<readonly BatchOutcome[]> {
    const outcomes = refs.map((ref): BatchOutcome => {
      try {
        return { value: this.#read(ref, 'batch') };
      } catch (error) {
        if (this.#breaks === 'batch.2' && refs.length > 1) throw new ProviderError('CONFLICT', 'one of them failed');
        return { error: ProviderError.from(error) };
      }
    });
    const whole = outcomes.every((outcome) => 'value' in outcome);
    return Promise.resolve(this.#breaks === 'batch.1' && whole ? outcomes.reverse() : outcomes);
  }

  watch({ signal }: CallContext): Promise<AsyncIterable<Change>> {
    const pending: (readonly string[])[] = [];
    let wake: () => void = () => undefined;
    const tell = (keys: readonly string[]): void => {
      pending.push(keys);
      wake();
    };
    this.#watchers.add(tell);
    signal.addEventListener('abort', () => this.#watchers.delete(tell), { once: true });
    async function* changes(): AsyncGenerator<Change> {
      while (!signal.aborted) {
        yield* pending.splice(0);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    return Promise.resolve(changes());
  }

  validate(): Promise<Validation> {
    const invalid = { kind: 'invalid', message: 'it cannot be used' } as const;
    if (this.#broken) return Promise.resolve(this.#breaks === 'validate.2' ? { kind: 'valid' } : invalid);
    return Promise.resolve(this.#breaks === 'validate.1' ? invalid : { kind: 'valid' });
  }

  #read({ key, version, property, metadataPolicy }: RemoteRef, by: 'get' | 'map' | 'batch'): Uint8Array {
    const failure = this.#failure(key);
    if (failure) throw failure;
    if (key === 'garbled') return bytes('the begin');
    const secret = this.#secrets.get(key);
    if (!secret) throw this.#breaks === `${by}.2` ? new ProviderError('VERSION_NOT_FOUND', 'no version') : absent(key);
    if (metadataPolicy === 'Fetch') return bytes(JSON.stringify(this.#breaks === 'get.7' ? {} : (secret.tags ?? {})));
    const text = this.#version(secret, version);
    if (!property) return bytes(this.#breaks === 'get.1' && by === 'get' && key === 'text' ? text.trim() : text);
    const value = this.#properties(secret)[this.#breaks === 'get.6' && property === 'user' ? 'port' : property];
    if (value !== undefined) return bytes(value);
    if (this.#breaks === 'get.3') throw absent(key);
    const said = this.#breaks === 'words.3' ? `: ${secret.versions.join('')}` : '';
    throw new ProviderError('PROPERTY_NOT_FOUND', `secret ${key} has no property ${property}${said}`);
  }

  /** What the backend answers for keys that are not to be read. */
  #failure(key: string): ProviderError | undefined {
    switch (key) {
      case 'forbidden':
        return this.#breaks === 'get.9'
          ? absent(key)
          : new ProviderError('ACCESS_DENIED', 'the backend does not allow it');
      case 'throttled':
        return new ProviderError(this.#breaks === 'get.11' ? 'CONFLICT' : 'BACKEND_THROTTLED', 'too many requests');
      case 'down':
        return new ProviderError(this.#breaks === 'get.12' ? 'CONFLICT' : 'BACKEND_UNAVAILABLE', 'the backend is down');
      case 'garbled':
        return this.#breaks === 'get.13'
          ? undefined
          : new ProviderError('BACKEND_UNAVAILABLE', 'the answer makes no sense');
      default:
        return undefined;
    }
  }

  #version({ versions }: HeldSecret, version: string): string {
    const newest = versions.at(-1) ?? '';
    if (!version || (this.#breaks === 'get.5' && Number(version) <= versions.length)) return newest;
    const text = versions[Number(version) - 1];
    if (text !== undefined) return text;
    if (this.#breaks === 'get.4') return newest;
    throw new ProviderError('VERSION_NOT_FOUND', `there is no version ${version}`);
  }

  #properties(secret: HeldSecret | undefined): Record<string, string> {
    if (this.#breaks === 'push.4' && secret?.managed === undefined && secret?.versions.at(-1)?.includes('conformance'))
      return {};
    const text = secret?.versions.at(-1) ?? '{}';
    return text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : {};
  }

  /** What becomes of a value that is pushed. */
  #written(value: string, known: HeldSecret | undefined): string {
    if (this.#breaks === 'push.1' && !known) return value.trim();
    return this.#breaks === 'push.2' && known ? (known.versions.at(-1) ?? '') : value;
  }
}
