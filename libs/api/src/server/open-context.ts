import type { Clock, Logger, SingleFlight } from '@eso/runtime';
import type { ApiCallMetrics } from './backends/api-call-metrics.ts';
import type { Session } from './backends/session.ts';
import type { LoginSessionOptions } from './backends/login-session-options.ts';
import type { Credentials } from './credentials/credentials.ts';
import type { HttpClient } from './http/http-client.ts';
import type { HttpClientOptions } from './http/http-options.ts';
import type { RetrySettings } from './retry/retry-settings.ts';

/** The config object that a backend is opened for. */
export interface ConfigSource {
  /** Empty for a cluster-scoped config object, or one that stands in a ClusterSecretStore. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

/** A provider without flags of its own. */
export type NoFlags = object;

/** What a backend is opened with. */
export interface OpenContext<Config, Flags = NoFlags> {
  /**
   * `spec` of the config object, checked by the API server against the kind's schema; of an inline kind what stands under
   * `spec.provider.<key>`, checked by the kit, with its defaults.
   */
  readonly config: Config;
  readonly source: ConfigSource;
  /** Reads what the config object refers to, until `lifetime` aborts. Ask it again at each login instead of keeping values: it caches by itself. */
  readonly credentials: Credentials;
  /** Counts calls to the backend's API. */
  readonly metrics: ApiCallMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborts when all who wait for this opening gave up, or its deadline has passed. It is the call, not the lifetime. */
  readonly signal: AbortSignal;
  /** Instant of `clock.monotonic()` by which `open` has to be done, milliseconds. One that is not is discarded. */
  readonly deadlineMs: number;
  /** Aborts when the backend has been closed: after `close` has settled, or its time has passed. */
  readonly lifetime: AbortSignal;
  /**
   * A login that everything opened for the same version of the config object and the same credentials shares, whatever store
   * refers to it, and that is ended before the last of them is closed. Asking again with the same key yields the same session,
   * which logs in as was said last.
   * @param key a fixed word, or one made of the config object; never something that a request brings.
   */
  readonly session: <S>(key: string, options: LoginSessionOptions<S>) => Session<S>;
  /** One run for all who ask this backend the same at the same time. */
  readonly flights: SingleFlight;
  /**
   * An HTTP client for the backend's API, with private authorities, client certificates, retries, deadlines and counted calls. Its
   * connections end with `lifetime`.
   */
  readonly httpClient: (options?: HttpClientOptions) => HttpClient;
  /** Retries that the store asks for (`spec.retrySettings` of a v1 store); give them to `httpRetryOf` or to the SDK. */
  readonly retrySettings?: RetrySettings;
  /** Path of a field as the user wrote it: `at('auth.secretRef')` is `spec.auth.secretRef`, or `spec.provider.aws.auth.secretRef`. */
  readonly at: (path: string) => string;
  /**
   * Whether a config that names no credentials may log in as the provider's own pod (what the backend's SDK finds by itself). Where
   * it may not, such a config ends in `ambientCredentialsProblem(at(...))`, before an SDK looks anywhere.
   */
  readonly ambientCredentials: boolean;
  /** Values of the provider's own flags (`ProviderDefinition.flags`). */
  readonly flags: Flags;
}
