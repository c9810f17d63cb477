import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { type ConnectRouter, createConnectRouter } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { type Clock, errorText, type Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ServerLimits } from '../options.ts';
import { AnswerRoom } from './answer-room.ts';
import { writeAnswer } from './answer.ts';
import { ByteRoom } from './byte-room.ts';
import { readCallHeaders } from './call-headers.ts';
import { CallScope } from './call-scope.ts';
import type { OnCall } from './listener.ts';
import { answerWithError, answerWithHttpStatus, unknownMethod } from './rejection.ts';
import { readMessage } from './request-message.ts';
import type { ServerMetrics } from './server-metrics.ts';

export interface DispatcherOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
}

/** Bytes of requests that are read or served at a time, at least. */
const REQUEST_ROOM_BYTES = 64 * 1024 * 1024;
/** What a handler sees of the request's headers: nothing of ours reads more. Shared by all calls, since nobody changes it. */
const HEADERS = new Headers({ 'content-type': 'application/grpc+proto' });
/**
 * The signal that Connect gets for a unary call. It aborts one of its own at the end of each call and makes an error for it, five percent
 * of a call's time, unless that is aborted from the start. Handlers have the signal of their CallScope instead.
 */
const UNUSED = AbortSignal.abort(new Error('use the signal of the CallScope'));

/**
 * Serves calls over Connect's handlers: gRPC alone, uncompressed protobuf, and nothing but the methods that are routed. Reading requests
 * and writing answers is done here rather than by Connect's adapter, because there is no bound on bytes in it, its errors quote the
 * request, and it takes a quarter of the time.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #handlers: ReadonlyMap<string, UniversalHandler>;
  readonly #requests: ByteRoom;
  readonly #answerRoom: () => AnswerRoom;

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
    routes(router);
    this.#handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
    this.#requests = new ByteRoom(Math.max(REQUEST_ROOM_BYTES, limits.requestBytes));
    this.#answerRoom = AnswerRoom.ofProcess(limits.responseBytes);
  }

  /** @returns what serves the calls of one more connection */
  connected(): OnCall {
    const answers = this.#answerRoom();
    return (stream, headers) => this.#call(stream, headers, answers);
  }

  #call(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, answers: AnswerRoom): void {
    const { clock, limits, logger, metrics } = this.#options;
    stream.on('error', (error) => logger.debug({ problem: errorText(error) }, 'a call was broken off'));
    const handler = this.#handlers.get(headers[':path'] ?? '');
    if (!handler) {
      metrics.refused('method');
      answerWithError(stream, unknownMethod());
      return;
    }
    const read = readCallHeaders(headers);
    if (read.kind !== 'call') {
      metrics.refused('method');
      if (read.kind === 'http') answerWithHttpStatus(stream, read.status);
      else answerWithError(stream, read.error);
      return;
    }
    const unary = handler.method.methodKind === 'unary';
    const scope = new CallScope({
      stream,
      clock,
      answers,
      callerMs: read.timeoutMs,
      limitMs: unary ? limits.deadlineMs : undefined,
    });
    this.#serve(stream, handler, scope, unary).catch((error: unknown) => {
      scope.answered();
      if (!(error instanceof ProviderError)) {
        metrics.refused('failed');
        logger.debug({ problem: errorText(error) }, 'a call was cut off');
      }
      if (stream.headersSent) stream.destroy();
      else answerWithError(stream, ProviderError.from(error));
    });
  }

  async #serve(stream: ServerHttp2Stream, handler: UniversalHandler, scope: CallScope, unary: boolean): Promise<void> {
    const { envelope, release } = await readMessage(stream, {
      maxBytes: this.#options.limits.requestBytes,
      room: this.#requests,
      signal: scope.signal,
    });
    try {
      const answer = await handler({
        httpVersion: '2.0',
        method: 'POST',
        url: handler.requestPath,
        header: HEADERS,
        body: once(envelope),
        signal: unary ? UNUSED : scope.signal,
        contextValues: scope,
      });
      if (unary) scope.answered();
      await writeAnswer(stream, answer, { kind: unary ? 'unary' : 'stream', understood: () => scope.begun });
      scope.answered();
    } finally {
      release();
    }
  }
}

/** A body of one piece. A generator would cost two promises more. */
function once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      let value: Uint8Array | undefined = bytes;
      return {
        next: () => {
          const result = value === undefined ? { done: true as const, value } : { done: false as const, value };
          value = undefined;
          return Promise.resolve(result);
        },
      };
    },
  };
}
