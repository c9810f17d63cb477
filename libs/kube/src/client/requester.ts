import { bounded, type Clock } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import { KubeError } from '../error.ts';
import { lost, type HttpResponse } from '../transport/exchange.ts';
import type { Method, Transport } from '../transport/transport.ts';
import { type RetryOptions, withRetries } from './retry.ts';
import { errorFromResponse } from './status.ts';
import { LineSplitter } from './watch-stream.ts';

export interface RequestOptions {
  accept: string;
  contentType?: string | undefined;
  /** Serialised once, whatever the number of attempts. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export interface RequesterOptions {
  transport: Transport;
  connection: KubeConnection;
  clock: Clock;
  requestTimeoutMs: number;
}

/** Turns attempts into answers: retries, JSON, typed errors. */
export class Requester {
  readonly #options: RequesterOptions;

  constructor(options: RequesterOptions) {
    this.#options = options;
  }

  /**
   * The parsed answer; its text where it is not JSON.
   * @throws KubeError, or the reason of the signal
   */
  async request(method: Method, path: string, options: RequestOptions): Promise<unknown> {
    const { transport } = this.#options;
    const { accept, contentType, signal } = options;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const response = await this.#retried({ method, signal, retryLater: true }, (timeoutMs) =>
      transport.send({ method, path, accept, contentType, body, timeoutMs, signal }),
    );
    const named = describe(method, path);
    if (response.status >= 300) throw errorFromResponse(named, response.status, response.headers, response.body);
    return parseBody(named, response);
  }

  /**
   * The lines of an answer, as they come. Leaving the loop ends the request.
   * @throws KubeError when the answer is an error or breaks off, or the reason of the signal
   */
  async *lines(path: string, { accept, signal }: RequestOptions): AsyncGenerator<string, void, undefined> {
    const { transport, connection } = this.#options;
    // Whoever watches comes back by itself, and slower each time.
    const head = await this.#retried({ method: 'GET', signal, retryLater: false }, (timeoutMs) =>
      transport.open({ method: 'GET', path, accept, timeoutMs, signal }),
    );
    const { stream } = head;
    const onAbort = (): void => void stream.destroy();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (head.status >= 300) {
        const chunks: Buffer[] = [];
        for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
        throw errorFromResponse(describe('GET', path), head.status, head.headers, Buffer.concat(chunks));
      }
      const splitter = new LineSplitter();
      for await (const chunk of stream as AsyncIterable<Buffer>) yield* splitter.push(chunk);
      // A reset stream, or one cut in the middle of a line, may end as quietly as a whole one.
      if (stream.rstCode !== 0 || stream.aborted || splitter.pending) throw new Error('the answer broke off');
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof KubeError ? error : lost(connection.server.host, stream, error);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      stream.destroy();
    }
    signal?.throwIfAborted();
  }

  #retried<T extends Pick<HttpResponse, 'status' | 'headers'>>(
    request: Pick<RetryOptions, 'method' | 'signal' | 'retryLater'>,
    attempt: (timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    const { clock, requestTimeoutMs: timeoutMs, connection } = this.#options;
    return withRetries({ ...request, timeoutMs, clock, forgetCredentials: () => connection.forget?.() }, attempt);
  }
}

function describe(method: Method, path: string): string {
  return `${method} ${path.split('?', 1)[0] ?? ''}`;
}

function parseBody(request: string, { headers, body, status }: HttpResponse): unknown {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) return body.toString();
  try {
    return JSON.parse(body.toString());
  } catch {
    // The parser's own message quotes the text, which may hold a Secret.
    const what = `${request} was answered (status ${status}) with ${body.length} bytes that are not JSON`;
    throw new KubeError('PROTOCOL', bounded(what), { status });
  }
}
