import { type Clock, formatDuration, SingleFlight } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CloseReason } from '../backend.ts';
import type { KindDefinition } from '../define-kind.ts';
import type { OpenContext } from '../open-context.ts';
import type { ConfigObject } from '../stores/config-reader.ts';
import { type AmbientPolicy, mayUseAmbientCredentials } from '../stores/ambient-credentials.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import type { Account } from './account.ts';
import type { ApiCallCounter } from './api-call-metrics.ts';
import type { AuthorFaults } from './author-faults.ts';
import type { HungOpenings } from './hung-openings.ts';
import { type OpenBackend, openBackend } from './open-backend.ts';
import { Opening } from './opening.ts';
import { isRejection } from './rejection-memory.ts';
import { createHttpClient } from '../http/http-client.ts';

/** What a backend is opened for. Two calls that agree in all of it share one, whatever stores they came through. */
export interface BackendKey {
  readonly kind: KindDefinition;
  readonly config: ConfigObject;
  readonly credentials: CredentialScope;
}

/** A backend from its opening on until it has been closed. */
export interface PooledBackend {
  readonly id: string;
  /** Kind and config object, whatever the credentials. */
  readonly configId: string;
  readonly generation: number;
  readonly account: Account;
  /** Aborts when later calls get another backend. */
  readonly retired: AbortController;
  /** Aborts when the backend has been closed. */
  readonly lifetime: AbortController;
  readonly opening: Opening<OpenBackend>;
  readonly closed: PromiseWithResolvers<void>;
  /** Calls that use it now. */
  users: number;
  /** Why it is going to be closed. */
  reason: CloseReason;
  /** A call with it said that the credentials are rejected, and it has been kept all the same. */
  suspect: boolean;
  /** It was opened to find out whether that helps; when it does not, it is kept. */
  isTrial: boolean;
  cancelIdle: () => void;
}

/** What one backend is opened with. */
export interface PooledBackendOptions {
  readonly key: BackendKey;
  readonly account: Account;
  readonly clock: Clock;
  readonly apiCalls: ApiCallCounter;
  /** Values of the provider's own flags. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly ambient: AmbientPolicy;
  readonly faults: AuthorFaults;
  readonly hung: HungOpenings;
  /** There will be no backend: the opening failed or was given up. */
  readonly onFailed: (entry: PooledBackend) => void;
}

/** Longest one opening may take, milliseconds. */
const OPEN_MS = 30_000;

/** Begins to open a backend. */
export function openPooledBackend(options: PooledBackendOptions): PooledBackend {
  const { key, account } = options;
  const entry: PooledBackend = {
    id: backendIdOf(key),
    configId: configIdOf(key),
    generation: key.config.source.generation,
    account,
    retired: new AbortController(),
    lifetime: new AbortController(),
    opening: beginOpening(options, () => entry),
    closed: Promise.withResolvers(),
    users: 0,
    reason: 'discarded',
    suspect: false,
    isTrial: false,
    cancelIdle: () => undefined,
  };
  return entry;
}

function beginOpening(options: PooledBackendOptions, entryOf: () => PooledBackend): Opening<OpenBackend> {
  const { key, account, clock, faults, hung, onFailed } = options;
  const hanging = hung.start(configIdOf(key), () =>
    faults.record(account.logger, 'open', 'hung', { problem: 'does not heed its signal' }),
  );
  const opening = new Opening({
    clock,
    timeoutMs: OPEN_MS,
    timeout: () => new ProviderError('TIMEOUT', `the backend could not be opened within ${formatDuration(OPEN_MS)}`),
    open: (call) => openBackend(key.kind, contextOf(options, entryOf().lifetime.signal, call), faults),
    onOpened: () => account.openings.clear(),
    onFailed: (error) => {
      if (isRejection(error)) account.openings.note(error);
      onFailed(entryOf());
    },
    onGivenUp: () => {
      hanging.givenUp();
      onFailed(entryOf());
    },
  });
  void opening.ended.then(() => hanging.ended());
  return opening;
}

function contextOf(
  { key: { kind, config, credentials }, account, apiCalls, clock, flags, ambient }: PooledBackendOptions,
  lifetime: AbortSignal,
  { signal, deadlineMs }: { readonly signal: AbortSignal; readonly deadlineMs: number },
): OpenContext<unknown, unknown> {
  const metrics = apiCalls.forProvider(metricNameOf(kind, config.spec));
  const { logger } = account;
  return {
    config: config.spec,
    source: config.source,
    credentials: account.credentials,
    metrics,
    logger,
    clock,
    signal,
    deadlineMs,
    lifetime,
    session: (name, options) => account.sessions.open(name, options, lifetime),
    flights: new SingleFlight(),
    httpClient: (options = {}) => createHttpClient(options, { clock, logger, metrics, lifetime }),
    ...(config.retrySettings && { retrySettings: config.retrySettings }),
    at: (path) => kind.at(path),
    ambientCredentials: mayUseAmbientCredentials(credentials, ambient),
    flags,
  };
}

function metricNameOf({ metricName }: KindDefinition, config: unknown): string {
  return typeof metricName === 'function' ? metricName(config) : metricName;
}

/** Tells backends apart: kind, config object, and whose credentials; not the version of the config object. */
export function backendIdOf(key: BackendKey): string {
  const { kind, namespace, administrators = false } = key.credentials;
  return JSON.stringify([configIdOf(key), kind, namespace, administrators]);
}

/** Names a kind and its config object, whatever the credentials. */
export function configIdOf({ kind, config }: BackendKey): string {
  return JSON.stringify([kind.apiVersion, kind.kind, config.source.uid]);
}
