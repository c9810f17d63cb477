import type { IncomingHttpHeaders } from 'node:http';
import { ProviderError } from '../../contract/provider-error.ts';

/** One request to a backend's API. At most one of `body`, `json`, `form`. */
export interface HttpRequest {
  /** Default GET. */
  readonly method?: string;
  /**
   * Appended to `baseUrl`. As a list: segments, each of which is escaped, so that a name that a user wrote cannot leave its place;
   * give names that way. As a text: escaped already, beginning with a slash.
   */
  readonly path?: string | readonly string[];
  /** A whole URL, in place of `baseUrl` and `path`. */
  readonly url?: string;
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON. Number text that has to be kept (`1.0`): write the JSON yourself and give it as `body`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  /** The API's own name of what is asked, for metrics and errors: `ReadSecret`. A fixed word, never user input. */
  readonly operation: string;
  /** Whether it does no harm when it is done twice. Default: by its method. */
  readonly idempotent?: boolean;
  /** That of the call. */
  readonly signal: AbortSignal;
}

/** A whole answer, of whatever status. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** `host:port` that answered. */
  readonly host: string;
  /** What was asked. */
  readonly operation: string;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  /** How long the server asks to be left alone (`Retry-After`), milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The body as text. */
  text(): string;
  /**
   * The body as JSON. It loses number text (`1.0` becomes 1): values that reach users are read from `text()`.
   * @throws ProviderError BACKEND_UNAVAILABLE when it is none; never quotes it.
   */
  json(): unknown;
}

/** What one exchange brought. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** @param nowMs wall clock, for a `Retry-After` that is a date. */
export function httpResponse(
  { status, headers, body }: RawResponse,
  { host, operation, nowMs }: { readonly host: string; readonly operation: string; readonly nowMs: number },
): HttpResponse {
  return {
    status,
    headers,
    body,
    host,
    operation,
    ok: status >= 200 && status < 300,
    retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    text: () => body.toString(),
    json: () => {
      try {
        return JSON.parse(body.toString()) as unknown;
      } catch {
        // The parser's own message quotes the text.
        throw new ProviderError('BACKEND_UNAVAILABLE', `${host} answers ${operation} with what is no JSON`, {
          retryable: false,
          nextStep: "check that the URL is that of the backend's API, and not of a page or a proxy before it",
        });
      }
    },
  };
}

/** RFC 9110 §10.2.3: whole seconds, or a date. */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // `Date.parse` alone would take "-1" for a month.
  const atMs = /^[A-Z][a-z]/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
