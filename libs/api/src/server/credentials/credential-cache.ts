import { createHash } from 'node:crypto';
import { BoundedCache, type Clock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { KubeReader } from '../stores/kube-reader.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { certificatesIn, checkCaProvider } from './certificate-authority.ts';
import type {
  CertificateAuthoritySource,
  Credentials,
  ObjectSelector,
  SecretKeySelector,
  ServiceAccountIdentity,
  ServiceAccountSelector,
  ServiceAccountToken,
  ServiceAccountTokenOptions,
} from './credentials.ts';
import { ObjectCache, type ReferencedObject } from './object-cache.ts';
import { type Reference, type ReferencedKind, requiredKey, resolveReference, unusable } from './reference.ts';
import { describeReference } from './reference-problem.ts';
import { TokenCache, tokenId } from './token-cache.ts';
import { textOf, valueOfKey } from './values.ts';

/** The API server issues none that ends sooner. */
const TOKEN_SECONDS = 600;
/** Objects that a revision looks at; more than any config names. */
const MAX_TRACKED = 256;

/** What a backend reads credentials with, and what the kit asks it about that. */
export interface ScopedReader extends Credentials {
  /** Whether something was asked for that depends on who asks, while nobody does. It stays: it is the config that says so. */
  readonly needsRequester?: boolean;
}

/** What was read lately of the objects that config objects refer to, of one process. */
export class CredentialCache {
  readonly #objects: ObjectCache;
  readonly #tokens: TokenCache;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    this.#objects = new ObjectCache(options);
    this.#tokens = new TokenCache(options);
  }

  /**
   * A reader bound to what one config object may use.
   * @param signal ends every read; afterwards its reason is thrown.
   */
  reader(scope: CredentialScope, signal: AbortSignal): ScopedReader {
    return new ScopedCredentials({ scope, signal, objects: this.#objects, tokens: this.#tokens });
  }

  /** Forgets everything, which also ends all timers. */
  close(): void {
    this.#objects.clear();
    this.#tokens.clear();
  }
}

interface ScopedOptions {
  readonly scope: CredentialScope;
  readonly signal: AbortSignal;
  readonly objects: ObjectCache;
  readonly tokens: TokenCache;
}

class ScopedCredentials implements ScopedReader {
  readonly #options: ScopedOptions;
  /** What was read, the latest last. */
  readonly #read = new BoundedCache<Reference>({ capacity: MAX_TRACKED });
  readonly #tokenIds = new Set<string>();
  #needsRequester = false;
  /** The certificates that were checked last: they are asked for at every request and seldom change. */
  #checked: { readonly text: string; readonly pem: string } | undefined;

  constructor(options: ScopedOptions) {
    this.#options = options;
  }

  get needsRequester(): boolean {
    return this.#needsRequester;
  }

  get namespace(): string {
    const { scope } = this.#options;
    if (scope.kind === 'namedNamespace') throw this.#nobodyAsks();
    return scope.namespace;
  }

  secretKey(selector: SecretKeySelector, field: string): Promise<Uint8Array> {
    return this.#value('Secret', selector, field, (_reference, _key, bytes) => bytes);
  }

  configMapKey(selector: SecretKeySelector, field: string): Promise<string> {
    return this.#value('ConfigMap', selector, field, (reference, key, bytes) => textOf(reference, key, bytes, field));
  }

  async secret(selector: ObjectSelector, field: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const { reference, object } = await this.#object('Secret', selector, field);
    const entries = Object.keys(object.base64).map(
      (key) => [key, valueOfKey(reference, object, key, field) ?? new Uint8Array()] as const,
    );
    return new Map(entries);
  }

  async certificateAuthority(
    { caBundle, caProvider }: CertificateAuthoritySource,
    field: string,
  ): Promise<string | undefined> {
    const at = (name: string): string => (field === '' ? name : `${field}.${name}`);
    if (caBundle) return this.#certificates(caBundle, at('caBundle'));
    if (!caProvider) return undefined;
    const path = at('caProvider');
    checkCaProvider(caProvider, this.#options.scope, path);
    const text = await this.#value(caProvider.type, caProvider, path, (reference, key, bytes) =>
      textOf(reference, key, bytes, path),
    );
    return this.#certificates(text, path);
  }

  async serviceAccountToken(
    selector: ServiceAccountSelector,
    { audiences = [], expirationSeconds = TOKEN_SECONDS }: ServiceAccountTokenOptions,
    field: string,
  ): Promise<ServiceAccountToken> {
    const { signal, tokens } = this.#options;
    const account = this.#resolve('ServiceAccount', selector, field);
    const wanted = [...new Set([...audiences, ...(selector.audiences ?? [])])];
    const request = { account, audiences: wanted, expirationSeconds };
    this.#tokenIds.add(tokenId(request));
    return tokens.get(request, field, signal);
  }

  async serviceAccount(selector: ObjectSelector, field: string): Promise<ServiceAccountIdentity> {
    const { reference, object } = await this.#object('ServiceAccount', selector, field);
    const { namespace, name } = reference;
    return { namespace, name, uid: object.uid, annotations: object.annotations };
  }

  async revision(): Promise<string> {
    const { objects, signal } = this.#options;
    const versions = [...this.#read.values()].map(async (reference) => [
      describeReference(reference),
      await objects.version(reference, signal),
    ]);
    const sorted = (await Promise.all(versions)).map((version) => JSON.stringify(version)).sort();
    return createHash('sha256').update(sorted.join('\n')).digest('base64url');
  }

  invalidate(): void {
    const { objects, tokens } = this.#options;
    for (const reference of this.#read.values()) objects.forget(reference);
    for (const id of this.#tokenIds) tokens.forget(id);
    this.#tokenIds.clear();
  }

  #resolve(kind: ReferencedKind, selector: ObjectSelector, field: string): Reference {
    const { scope } = this.#options;
    if (scope.kind === 'namedNamespace' && selector.name && !selector.namespace) throw this.#nobodyAsks(field);
    return resolveReference(kind, selector, scope, field);
  }

  #nobodyAsks(field?: string): ProviderError {
    this.#needsRequester = true;
    return new ProviderError('CREDENTIALS_UNUSABLE', 'no namespace is named, and nobody asks yet', {
      ...(field === undefined ? {} : { field }),
      nextStep: 'name the namespace, or use the store from an ExternalSecret',
    });
  }

  async #object(
    kind: ReferencedKind,
    selector: ObjectSelector,
    field: string,
  ): Promise<{ readonly reference: Reference; readonly object: ReferencedObject }> {
    const { signal, objects } = this.#options;
    const reference = this.#resolve(kind, selector, field);
    this.#track(reference);
    return { reference, object: await objects.read(reference, field, signal) };
  }

  async #value<T>(
    kind: ReferencedKind,
    selector: SecretKeySelector,
    field: string,
    convert: (reference: Reference, key: string, bytes: Uint8Array) => T,
  ): Promise<T> {
    if (selector.name) requiredKey(kind, selector, field);
    const { reference, object } = await this.#object(kind, selector, field);
    const key = requiredKey(kind, selector, field);
    const bytes = valueOfKey(reference, object, key, field);
    if (bytes) return convert(reference, key, bytes);
    // Read again at the next call: somebody is about to add the key.
    this.#options.objects.forget(reference);
    throw unusable(field, `${describeReference(reference)} has no key ${key}`, `add the key ${key} to the ${kind}`);
  }

  /** Before it is read, so that what was absent is noticed when it comes. */
  #track(reference: Reference): void {
    this.#read.set(describeReference(reference), reference);
  }

  #certificates(text: string, field: string): string {
    if (this.#checked?.text !== text) this.#checked = { text, pem: certificatesIn(text, field) };
    return this.#checked.pem;
  }
}
