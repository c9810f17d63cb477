import type { Clock, Logger } from '@eso/runtime';
import type { ApiCallMetrics } from '../backends/api-call-metrics.ts';
import type { RetrySettings } from '../retry/retry-settings.ts';

/** With what a server is verified, and what it is shown. */
export interface HttpTls {
  /** PEM of the authorities that are trusted, in place of those that Node knows by default. */
  readonly ca?: string | undefined;
  /** A client certificate, which servers with mutual TLS demand. */
  readonly clientCertificate?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array } | undefined;
  /** Name that the server's certificate has to carry. Default: the host of the URL. */
  readonly serverName?: string | undefined;
}

/** When a request is sent again. */
export interface HttpRetryOptions {
  /** Attempts in all, the first among them. Default 3; 1 = none but the first. */
  readonly attempts?: number;
  /** Pause before the second attempt, milliseconds; it doubles each time, and each is shortened at random by up to a half. Default 200. */
  readonly backoffMs?: number;
  /** Longest pause, milliseconds. Default 5,000. The same as `backoffMs`: every pause is exactly that long. */
  readonly maxBackoffMs?: number;
  /**
   * Longest pause that a server's `Retry-After` is given, milliseconds. A server that asks for more is not asked again; the error says
   * how long it wants. Default 10,000.
   */
  readonly maxRetryAfterMs?: number;
  /** Statuses after which it is sent again. Default 429, 502, 503, 504. */
  readonly statuses?: readonly number[];
  /**
   * Methods that do no harm when they are done twice. Default GET, HEAD, OPTIONS, PUT, DELETE. Others are sent again only after a 429 and
   * where no connection came about, so that nothing can have been done.
   */
  readonly methods?: readonly string[];
}

/** How a backend's API is reached. */
export interface HttpClientOptions {
  /** `https://vault.example.com:8200/base`: what a request's `path` is appended to. Has no user, query or fragment. */
  readonly baseUrl?: string;
  /** Path of the field of the config object that names the server, for errors: `spec.server`. */
  readonly field?: string;
  /** As a function it is asked before each request, so that replaced certificates are used without opening the backend anew. */
  readonly tls?: HttpTls | (() => Promise<HttpTls>);
  /** Whether `http:` URLs are allowed: nothing is encrypted or verified then. Default false. */
  readonly plainHttp?: boolean;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `external-secrets`. */
  readonly userAgent?: string;
  /** Longest one attempt may take, milliseconds, from the wait for a connection to the last byte. Default 10,000. */
  readonly attemptTimeoutMs?: number;
  /** Longest that connecting and the TLS handshake may take, milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Longest that all attempts and pauses of one request may take together, milliseconds. Default 30,000. */
  readonly totalTimeoutMs?: number;
  readonly retry?: HttpRetryOptions;
  /** Largest body of an answer, bytes; it is not read further. Default 4 MiB. */
  readonly maxResponseBytes?: number;
  /** Redirects that are followed, of GET and HEAD and to the same scheme, host and port alone. Default 0: a redirect is an answer. */
  readonly maxRedirects?: number;
  /** Connections to one host at a time; further requests wait. Default 16. */
  readonly maxConnections?: number;
  /** How long an idle connection is kept, milliseconds. Default 15,000. */
  readonly keepAliveMs?: number;
  /**
   * `environment`: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the process say, which is what upstream does. `none`: straight. Default
   * `environment`. To an `https:` URL a proxy gets a tunnel, and sees neither headers nor bodies.
   */
  readonly proxy?: 'environment' | 'none';
}

/** What the kit adds. */
export interface HttpClientContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ApiCallMetrics;
  /** Its end closes all connections. */
  readonly lifetime: AbortSignal;
}

/** Options with every default in place. */
export type ResolvedHttpOptions = Required<Omit<HttpClientOptions, 'baseUrl' | 'field' | 'tls' | 'retry'>> &
  Pick<HttpClientOptions, 'baseUrl' | 'field' | 'tls'> & { readonly retry: Required<HttpRetryOptions> };

/** The options of a client with their defaults. */
export function resolveHttpOptions(options: HttpClientOptions): ResolvedHttpOptions {
  return {
    plainHttp: false,
    headers: {},
    userAgent: 'external-secrets',
    attemptTimeoutMs: 10_000,
    connectTimeoutMs: 5_000,
    totalTimeoutMs: 30_000,
    maxResponseBytes: 4 * 1024 * 1024,
    maxRedirects: 0,
    maxConnections: 16,
    keepAliveMs: 15_000,
    proxy: 'environment',
    ...options,
    retry: {
      attempts: 3,
      backoffMs: 200,
      maxBackoffMs: 5_000,
      maxRetryAfterMs: 10_000,
      statuses: [429, 502, 503, 504],
      methods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
      ...options.retry,
    },
  };
}

/**
 * What a store's `spec.retrySettings` mean for an HTTP client: so many attempts after the first, with the same pause before each.
 * @param settings undefined: the client's own defaults.
 */
export function httpRetryOf(settings: RetrySettings | undefined): HttpRetryOptions {
  const { maxRetries, retryIntervalMs } = settings ?? {};
  return {
    ...(maxRetries !== undefined && { attempts: maxRetries + 1 }),
    ...(retryIntervalMs !== undefined && { backoffMs: retryIntervalMs, maxBackoffMs: retryIntervalMs }),
  };
}
