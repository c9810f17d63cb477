import { abortable } from '@eso/runtime';
import { RotatingHttpAgents } from './rotating-http-agents.ts';
import { httpExchange } from './http-exchange.ts';
import { httpFailure } from './http-failure.ts';
import { HttpFault } from './http-fault.ts';
import { type HttpRequest, httpResponse, type HttpResponse } from './http-message.ts';
import {
  type HttpClientContext,
  type HttpClientOptions,
  type HttpTls,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from './http-options.ts';
import { type OutgoingRequest, outgoingRequest } from './request-target.ts';
import { type AttemptOutcome, retryDelayMs } from './retry-delay.ts';

/** HTTP/1.1 over TLS 1.2 or 1.3 to a backend's API. */
export interface HttpClient {
  /**
   * Sends a request, again where that may help, and reads the whole answer. An answer of any status is one: look at `ok`, and throw
   * `httpFailure(response, …)` for what is none to you.
   * @throws ProviderError BACKEND_UNAVAILABLE, TIMEOUT, CREDENTIALS_REJECTED (client certificate), CREDENTIALS_UNUSABLE, LIMIT_EXCEEDED (answer too
   * large), CONFIG_INVALID (URL), INVALID_REQUEST (path), or what `tls` throws; the reason of the request's signal.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Makes a client whose connections end with `context.lifetime`. */
export function createHttpClient(options: HttpClientOptions, context: HttpClientContext): HttpClient {
  return new RetryingClient(resolveHttpOptions(options), context);
}

class RetryingClient implements HttpClient {
  readonly #options: ResolvedHttpOptions;
  readonly #context: HttpClientContext;
  readonly #agents: RotatingHttpAgents;

  constructor(options: ResolvedHttpOptions, context: HttpClientContext) {
    this.#options = options;
    this.#context = context;
    this.#agents = new RotatingHttpAgents(options);
    const close = (): void => this.#agents.close();
    if (context.lifetime.aborted) close();
    else context.lifetime.addEventListener('abort', close, { once: true });
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    let outgoing = outgoingRequest(this.#options, request);
    const endsAtMs = this.#context.clock.monotonic() + this.#options.totalTimeoutMs;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#withRetries(request, outgoing, endsAtMs);
      const target = redirects < this.#options.maxRedirects ? redirectTarget(outgoing, response) : undefined;
      if (!target) return response;
      outgoing = { ...outgoing, url: target };
    }
  }

  async #withRetries(request: HttpRequest, outgoing: OutgoingRequest, endsAtMs: number): Promise<HttpResponse> {
    const { clock, lifetime } = this.#context;
    const { retry, field } = this.#options;
    const idempotent = request.idempotent ?? retry.methods.includes(outgoing.method);
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, outgoing, endsAtMs - clock.monotonic());
      request.signal.throwIfAborted();
      const remainingMs = endsAtMs - clock.monotonic();
      const delayMs = lifetime.aborted
        ? undefined
        : retryDelayMs(retry, { attempt, outcome, idempotent, remainingMs }, Math.random());
      if (delayMs !== undefined) await clock.sleep(delayMs, request.signal);
      else if (outcome.kind === 'answered') return outcome.response;
      else throw httpFailure(outcome.error, { host: outgoing.url.host, ...(field !== undefined && { field }) });
    }
  }

  async #attempt(request: HttpRequest, outgoing: OutgoingRequest, remainingMs: number): Promise<AttemptOutcome> {
    const { clock, metrics, lifetime, logger } = this.#context;
    const { attemptTimeoutMs, connectTimeoutMs, maxResponseBytes } = this.#options;
    const { operation, signal } = request;
    const { host, protocol } = outgoing.url;
    const startedMs = clock.monotonic();
    const tls = await abortable(this.#tls(), signal);
    try {
      const response = await this.#agents.use(tls, (agents) =>
        counted(metrics, operation, async () => {
          const raw = await httpExchange({
            request: outgoing,
            agent: agents.agentFor(protocol),
            clock,
            timeoutMs: Math.max(0, Math.min(attemptTimeoutMs, remainingMs)),
            connectTimeoutMs,
            maxResponseBytes,
            signals: [signal, lifetime],
          });
          return httpResponse(raw, { host, operation, nowMs: clock.now() });
        }),
      );
      const ms = Math.round(clock.monotonic() - startedMs);
      // Never headers or URLs: both carry tokens.
      logger.debug({ operation, host, status: response.status, ms }, 'backend answered');
      return { kind: 'answered', response };
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'failed', error: lifetime.aborted ? new HttpFault('CLOSED', 'the client is closed') : error };
    }
  }

  async #tls(): Promise<HttpTls> {
    const { tls } = this.#options;
    return (typeof tls === 'function' ? await tls() : tls) ?? {};
  }
}

/** Carries an answer that counts as an error of the API out of the counting. */
class Refused extends Error {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super('the backend refused');
    this.response = response;
  }
}

/** Counts one attempt; an answer of 400 and more as an error, as clients that throw at it do. */
async function counted(
  metrics: HttpClientContext['metrics'],
  operation: string,
  run: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await metrics.track(operation, async () => {
      const response = await run();
      if (response.status >= 400) throw new Refused(response);
      return response;
    });
  } catch (error) {
    if (error instanceof Refused) return error.response;
    throw error;
  }
}

/** Where a redirect leads, if that is the same server: credentials must not get to another one. */
function redirectTarget({ url, method }: OutgoingRequest, { status, headers }: HttpResponse): URL | undefined {
  if (!REDIRECTS.includes(status) || !['GET', 'HEAD'].includes(method) || headers.location === undefined)
    return undefined;
  const target = URL.parse(headers.location, url);
  return target?.origin === url.origin && !target.username && !target.password ? target : undefined;
}
