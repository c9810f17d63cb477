import { bounded, type Clock, Deadline, onAbort } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import { KubeError } from '../error.ts';
import { type ApiResponse, type ApiResponseStream, streamFailure } from '../transport/send-request.ts';
import type { Method, StreamPurpose, Transport } from '../transport/transport.ts';
import { type RetryOptions, withRetries } from './retry.ts';
import { errorFromResponse } from './status.ts';

/** One request whose whole answer is awaited. */
export interface RestRequestOptions {
  accept: string;
  contentType?: string | undefined;
  /** Serialised once, whatever the number of attempts. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** One GET whose answer is read as it comes. */
export interface RestStreamOptions {
  accept: string;
  purpose: StreamPurpose;
  signal?: AbortSignal | undefined;
  /** Called when the answer has begun and is no error. */
  onOpen?: (() => void) | undefined;
}

/** What a {@link RestClient} sends with; `requestTimeoutMs` is for a request with all its retries, in milliseconds. */
export interface RestClientOptions {
  transport: Transport;
  connection: KubeConnection;
  clock: Clock;
  requestTimeoutMs: number;
}

/** Bytes of an error that are read: a Status has a few hundred. */
const MAX_ERROR_BYTES = 256 * 1024;

/** Turns attempts into answers: retries, JSON, typed errors. */
export class RestClient {
  readonly #options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  /**
   * The parsed answer; its text where it is not JSON.
   * @throws KubeError, or the reason of the signal
   */
  async request(method: Method, path: string, options: RestRequestOptions): Promise<unknown> {
    const { transport } = this.#options;
    const { accept, contentType, signal } = options;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const response = await this.#withRetries({ method, signal, retryLater: true }, (timeoutMs) =>
      transport.send({ method, path, accept, contentType, body, timeoutMs, signal }),
    );
    if (response.status >= 300)
      throw errorFromResponse(describe(method, path), response.status, response.headers, response.body);
    return parseBody(response, () => describe(method, path));
  }

  /**
   * The bytes of an answer, as they come. Leaving the loop ends the request. A list that pauses for longer than a request may take is
   * given up; how long a watch may say nothing is for its reader to judge.
   * @throws KubeError when the answer is an error or breaks off, or the reason of the signal
   */
  async *chunks(path: string, options: RestStreamOptions): AsyncGenerator<Buffer, void, undefined> {
    const { transport, connection, clock, requestTimeoutMs } = this.#options;
    const { accept, purpose, signal } = options;
    // Whoever watches comes back by itself, and slower each time.
    const head = await this.#withRetries({ method: 'GET', signal, retryLater: purpose === 'list' }, (timeoutMs) =>
      transport.open({ method: 'GET', path, accept, timeoutMs, signal }, purpose),
    );
    const { stream, recordActivity: heard } = head;
    const failed = head.status >= 300;
    const pause = failed || purpose === 'list' ? new Deadline({ clock, ms: requestTimeoutMs, signal }) : undefined;
    const end = pause?.signal ?? signal;
    const release = onAbort(end, () => void stream.destroy());
    try {
      if (failed) throw await readError(describe('GET', path), head);
      options.onOpen?.();
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        heard();
        pause?.extend();
        yield chunk;
        pause?.extend();
      }
      // A stream that was destroyed or reset may end as quietly as a whole one.
      end?.throwIfAborted();
      if (stream.rstCode !== 0 || stream.aborted) throw new Error('the answer broke off');
    } catch (error) {
      signal?.throwIfAborted();
      if (pause?.passed) throw stalled(describe('GET', path), requestTimeoutMs);
      throw error instanceof KubeError ? error : streamFailure(connection.server.host, stream, error);
    } finally {
      pause?.end();
      release();
      stream.destroy();
    }
    signal?.throwIfAborted();
  }

  /** An answer that ended in the middle of what it was saying. */
  truncatedAnswer(): KubeError {
    return new KubeError(
      'UNREACHABLE',
      `the connection to the API server at ${this.#options.connection.server.host} was lost: the answer broke off`,
    );
  }

  #withRetries<T extends Pick<ApiResponse, 'status' | 'headers'>>(
    request: Pick<RetryOptions, 'method' | 'signal' | 'retryLater'>,
    attempt: (timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    const { clock, requestTimeoutMs: timeoutMs, connection } = this.#options;
    return withRetries(
      { ...request, timeoutMs, clock, invalidateCredentials: () => connection.invalidateCredentials?.() },
      attempt,
    );
  }
}

function describe(method: Method, path: string): string {
  return `${method} ${path.split('?', 1)[0] ?? ''}`;
}

async function readError(request: string, { status, headers, stream }: ApiResponseStream): Promise<KubeError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ERROR_BYTES) break;
    chunks.push(chunk);
  }
  return errorFromResponse(request, status, headers, Buffer.concat(chunks));
}

function stalled(request: string, ms: number): KubeError {
  return new KubeError('TIMEOUT', `the API server sent nothing for ${ms} ms in the middle of its answer to ${request}`);
}

function parseBody({ headers, body, status }: ApiResponse, request: () => string): unknown {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) return body.toString();
  try {
    return JSON.parse(body.toString());
  } catch {
    // The parser's own message quotes the text, which may hold a Secret.
    const what = `${request()} was answered (status ${status}) with ${body.length} bytes that are not JSON`;
    throw new KubeError('PROTOCOL', bounded(what), { status });
  }
}
