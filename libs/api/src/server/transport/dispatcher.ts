import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { ConnectError, createConnectRouter, type ServiceImpl } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { DescService } from '@bufbuild/protobuf';
import { type Clock, errorText, type Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ServerLimits } from '../options.ts';
import { ResponseSemaphore } from './response-semaphore.ts';
import { writeMessage, writeStream } from './write-response.ts';
import { ByteSemaphore } from './byte-semaphore.ts';
import { readCallHeaders } from './call-headers.ts';
import { CallScope } from './call-scope.ts';
import type { OnCall } from './listener.ts';
import { respondWithError, respondWithHttpStatus, unknownMethod } from './error-response.ts';
import { readMessage, type RequestMessage } from './request-message.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { type UnaryCall, unaryCalls } from './unary-calls.ts';

/** Takes the services that are served. */
export interface Routes {
  service<T extends DescService>(service: T, implementation: Partial<ServiceImpl<T>>): void;
}

/** What is served, and the bounds of a call. */
export interface DispatcherOptions {
  readonly routes: (routes: Routes) => void;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
}

/** Bytes of requests that are read or served at a time, at least. */
const REQUEST_ROOM_BYTES = 64 * 1024 * 1024;
let headers: Headers | undefined;
/**
 * What Connect's handlers see of the request's headers: nothing of ours reads more. Shared, since nobody changes it, and made for the
 * first who needs it: Node loads a whole HTTP client for it.
 */
const streamHeaders = (): Headers => (headers ??= new Headers({ 'content-type': 'application/grpc+proto' }));

/**
 * Serves calls of Connect's services: gRPC alone, uncompressed protobuf, and nothing but the methods that are routed. Reading requests
 * and writing answers is done here rather than by Connect's adapter for Node, because that one has no bound on bytes, its errors quote
 * the request, and it takes a quarter of a call's time.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #calls = new Map<string, UnaryCall>();
  readonly #streams: ReadonlyMap<string, UniversalHandler>;
  readonly #requests: ByteSemaphore;
  readonly #answerRoom: () => ResponseSemaphore;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { limits, routes } = options;
    const router = createConnectRouter({
      grpc: true,
      grpcWeb: false,
      connect: false,
      acceptCompression: [],
      readMaxBytes: limits.requestBytes,
      writeMaxBytes: limits.responseBytes,
    });
    routes({
      service: (service, implementation) => {
        router.service(service, implementation);
        for (const [path, call] of unaryCalls(service, implementation, limits)) this.#calls.set(path, call);
      },
    });
    const streams = router.handlers.filter(({ method }) => method.methodKind !== 'unary');
    this.#streams = new Map(streams.map((handler) => [handler.requestPath, handler]));
    this.#requests = new ByteSemaphore(Math.max(REQUEST_ROOM_BYTES, limits.requestBytes));
    this.#answerRoom = ResponseSemaphore.ofProcess(limits.responseBytes);
  }

  /** @returns what serves the calls of one more connection */
  connected(): OnCall {
    const answers = this.#answerRoom();
    return (stream, headers) => this.#call(stream, headers, answers);
  }

  #call(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, answers: ResponseSemaphore): void {
    const { clock, limits, logger, metrics } = this.#options;
    stream.on('error', (error) => logger.debug({ problem: errorText(error) }, 'a call was broken off'));
    const path = headers[':path'] ?? '';
    const call = this.#calls.get(path);
    const handler = this.#streams.get(path);
    if (!call && !handler) {
      metrics.refused('method');
      respondWithError(stream, unknownMethod());
      return;
    }
    const read = readCallHeaders(headers);
    if (read.kind !== 'call') {
      metrics.refused('method');
      if (read.kind === 'http') respondWithHttpStatus(stream, read.status);
      else respondWithError(stream, read.error);
      return;
    }
    const limitMs = call ? limits.deadlineMs : undefined;
    const scope = new CallScope({ stream, clock, answers, callerMs: read.timeoutMs, limitMs });
    const served = call ? this.#unary(stream, call, scope) : handler && this.#stream(stream, handler, scope);
    served?.catch((error: unknown) => {
      scope.answered();
      if (!(error instanceof ProviderError || error instanceof ConnectError)) {
        metrics.refused('failed');
        logger.debug({ problem: errorText(error) }, 'a call was cut off');
      }
      if (stream.headersSent) stream.destroy();
      else respondWithError(stream, error instanceof ConnectError ? error : ProviderError.from(error));
    });
  }

  async #unary(stream: ServerHttp2Stream, call: UnaryCall, scope: CallScope): Promise<void> {
    const { envelope, release } = await this.#read(stream, scope);
    try {
      const answer = await call(envelope, scope);
      scope.answered();
      writeMessage(stream, answer);
    } finally {
      release();
    }
  }

  async #stream(stream: ServerHttp2Stream, handler: UniversalHandler, scope: CallScope): Promise<void> {
    const { envelope, release } = await this.#read(stream, scope);
    try {
      const request = { httpVersion: '2.0', method: 'POST', url: handler.requestPath, header: streamHeaders() };
      const { signal } = scope;
      await writeStream(stream, await handler({ ...request, body: once(envelope), signal, contextValues: scope }));
      scope.answered();
    } finally {
      release();
    }
  }

  #read(stream: ServerHttp2Stream, { signal }: CallScope): Promise<RequestMessage> {
    return readMessage(stream, { maxBytes: this.#options.limits.requestBytes, room: this.#requests, signal });
  }
}

/** A body of one piece. */
async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
