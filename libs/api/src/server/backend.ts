import type { Logger } from '@eso/runtime';
import type { ProviderError } from '../contract/provider-error.ts';
import type { CallWork } from './calls/heavy-calls.ts';
import type { StoreReference } from './store-reference.ts';

/** Names one secret, or a part of one, in a backend. Texts are as the user wrote them; empty = not given. */
export interface RemoteRef {
  readonly key: string;
  readonly version: string;
  readonly property: string;
  /** `Fetch`: the secret's metadata (tags, labels) is asked for instead of its value. */
  readonly metadataPolicy: 'None' | 'Fetch';
}

/** A `find.name.regexp` that compiles: Go's RE2 syntax, linear time, unanchored. */
export interface NameMatcher {
  /** The expression as the user wrote it. */
  readonly source: string;
  /**
   * Those of the names that it matches, in their order. Give it as many as there are at hand: many take one turn.
   * @throws ProviderError LIMIT_EXCEEDED when it takes too long; PROVIDER_BUSY.
   */
  select(names: Iterable<string>): Promise<readonly string[]>;
}

/** Selects secrets. A condition that is absent does not restrict; several have to hold together. */
export interface Find {
  /** Prefix or folder, as the backend understands it. */
  readonly path?: string;
  readonly nameRegexp?: NameMatcher;
  /** Empty when no tags were asked for. */
  readonly tags: ReadonlyMap<string, string>;
  /** Core converts keys after the call; only backends that upstream converts in as well look at it. */
  readonly conversionStrategy: 'Default' | 'Unicode';
}

/** What is to be written: the source Secret's data and where a part of it goes. */
export interface Push {
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** Key within `data`; empty = all of it. */
  readonly secretKey: string;
  readonly remoteKey: string;
  readonly property: string;
  /** Raw JSON in the provider's own format; empty = none. */
  readonly metadata: Uint8Array;
  readonly secretType: string;
  readonly secretLabels: ReadonlyMap<string, string>;
  readonly secretAnnotations: ReadonlyMap<string, string>;
}

/** Names what a push wrote. */
export interface PushedRef {
  readonly remoteKey: string;
  readonly property: string;
}

/** How one reference of a batch ended: as `getSecret` would have. */
export type BatchOutcome = { readonly value: Uint8Array } | { readonly error: ProviderError };

/** Remote keys whose secrets have changed, come or gone; `anything` when that is not known, or changes were missed. */
export type Change = readonly string[] | 'anything';

/** Who asks, for audit. Only `namespace` is always known; the rest is what core sent. */
export interface Requester {
  readonly namespace: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** One call. */
export interface CallContext {
  /** Aborts when the caller gave up, the deadline has passed, or the process is forced to end. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly requester: Requester;
  /** The store through which this call came. Several stores may use one backend, so it belongs to the call. */
  readonly store: StoreReference;
  /**
   * One run of `run` for all reads with this key in one sync, at the same time and one after the other, of this backend and for this
   * requester. Failures are not kept, writes through the backend clear what is, and nothing is older than 10 s. The core says what one
   * sync is; where it does not, only what runs at the same time is shared.
   * @param key what is read, with everything that the answer depends on. One key always has one type of answer; nobody changes it.
   * @param run aborts its signal when all who wait have given up
   * @throws what `run` throws, or the reason of the call's signal
   */
  readonly once: <T>(key: string, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** What `readProperty` and `objectOf` do their work with; a backend hands the whole call to them. */
  readonly work: CallWork;
}

/** Whether a backend can be used as configured. */
export type Validation =
  | { readonly kind: 'valid'; readonly warnings?: readonly string[] }
  /** It cannot be told now, for example because each requester brings its own credentials. */
  | { readonly kind: 'unknown'; readonly warnings?: readonly string[] }
  | { readonly kind: 'invalid'; readonly message: string; readonly warnings?: readonly string[] };

/**
 * Why a backend is closed.
 * - `replaced`: the config object has changed, or is another one of the same name.
 * - `idle`: nobody has used it for a while.
 * - `discarded`: its credentials were rejected, it was found invalid, or nobody waits for its opening any more.
 * - `capacity`: it made room for another one.
 * - `shutdown`: the process stops.
 */
export type CloseReason = 'replaced' | 'idle' | 'discarded' | 'capacity' | 'shutdown';

/** What a backend is closed with. */
export interface CloseContext {
  /** Aborts when the time for closing (10 s; at shutdown what is left of it) has passed. The process does not wait longer. */
  readonly signal: AbortSignal;
  readonly reason: CloseReason;
}

/**
 * What a provider is: access to one backend as one config object describes it, with one scope of credentials. It is opened
 * once for each version of the config object, whatever stores refer to it, and serves many calls at once.
 *
 * Every method is optional: an operation whose method is absent is answered with UNSUPPORTED.
 *
 * Expected failures are thrown as ProviderError: SECRET_NOT_FOUND for an absent secret that was asked for by name and nothing
 * else, PROPERTY_NOT_FOUND, CREDENTIALS_REJECTED, ACCESS_DENIED, BACKEND_THROTTLED, BACKEND_UNAVAILABLE. Everything else
 * reaches the caller as INTERNAL without its text.
 */
export interface Backend {
  getSecret?(ref: RemoteRef, call: CallContext): Promise<Uint8Array>;
  getSecretMap?(ref: RemoteRef, call: CallContext): Promise<Map<string, Uint8Array>>;
  /**
   * Many values at once (feature `batch`): one outcome for each reference, in their order. What one lacks is its own outcome; what
   * fails the whole call is thrown, and never is SECRET_NOT_FOUND.
   */
  batchGet?(refs: readonly RemoteRef[], call: CallContext): Promise<readonly BatchOutcome[]>;
  /**
   * Tells which secrets have changed, as it happens (feature `watch`). Resolves when what changes from now on will be told; the signal
   * of the call ends it, after ten minutes at the latest. Changes are read as fast as they come.
   */
  watch?(call: CallContext): Promise<AsyncIterable<Change>>;
  /** Never SECRET_NOT_FOUND: nothing found is an empty map. */
  getAllSecrets?(find: Find, call: CallContext): Promise<Map<string, Uint8Array>>;
  pushSecret?(push: Push, call: CallContext): Promise<void>;
  /** An absent secret is a success. */
  deleteSecret?(ref: PushedRef, call: CallContext): Promise<void>;
  secretExists?(ref: PushedRef, call: CallContext): Promise<boolean>;
  /** Absent: a config object that can be opened is valid. */
  validate?(call: CallContext): Promise<Validation>;
  /**
   * Called once, when the last call that uses the backend has ended, or was left behind by its caller for five seconds. It
   * is waited for; the lifetime of the open context and its credentials end afterwards. What it throws is logged and counted.
   */
  close?(context: CloseContext): Promise<void> | void;
}
