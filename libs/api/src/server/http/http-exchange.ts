import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '@eso/runtime';
import { HttpFault } from './http-fault.ts';
import type { RawResponse } from './http-message.ts';
import type { OutgoingRequest } from './request-target.ts';

/** One request, the agent that sends it, and its bounds. */
export interface HttpExchangeOptions {
  readonly request: OutgoingRequest;
  readonly agent: http.Agent;
  readonly clock: Clock;
  /** Longest it may take in all, milliseconds. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Each ends it, with its reason. */
  readonly signals: readonly AbortSignal[];
}

/**
 * One request and its whole answer. Whatever ends it early also ends its connection.
 * @throws HttpFault, an error of Node's network or TLS, or the reason of a signal.
 */
export function httpExchange(options: HttpExchangeOptions): Promise<RawResponse> {
  const { request, agent, clock, timeoutMs, signals } = options;
  for (const signal of signals) signal.throwIfAborted();
  return new Promise<RawResponse>((resolve, reject) => {
    const { url, method, headers, body } = request;
    const send = url.protocol === 'https:' ? https.request : http.request;
    const outgoing = send(url, { agent, method, headers });
    const cleanUp: (() => void)[] = [];
    const settle = (): void => {
      for (const undo of cleanUp.splice(0)) undo();
    };
    const fail = (error: Error): void => {
      settle();
      outgoing.destroy();
      reject(error);
    };
    cleanUp.push(clock.schedule(timeoutMs, () => fail(new HttpFault('TIMEOUT', `no answer within ${timeoutMs} ms`))));
    for (const signal of signals) {
      const onAbort = (): void => fail(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      cleanUp.push(() => signal.removeEventListener('abort', onAbort));
    }
    outgoing.on('error', fail);
    outgoing.once('socket', (socket) => {
      if (!outgoing.destroyed) cleanUp.push(limitConnecting(socket, options, fail));
    });
    outgoing.once('response', (response) => {
      collect(response, options, fail, (answer) => {
        settle();
        resolve(answer);
      });
    });
    outgoing.end(body);
  });
}

/** Ends a connection that does not come about in time; one that is reused has come about. */
function limitConnecting(
  socket: Socket,
  { request, clock, connectTimeoutMs }: HttpExchangeOptions,
  fail: (error: HttpFault) => void,
): () => void {
  if (!socket.connecting) return () => undefined;
  const done = request.url.protocol === 'https:' ? 'secureConnect' : 'connect';
  const cancel = clock.schedule(connectTimeoutMs, () =>
    fail(new HttpFault('CONNECT_TIMEOUT', `no connection within ${connectTimeoutMs} ms`)),
  );
  socket.once(done, cancel);
  return () => {
    cancel();
    socket.off(done, cancel);
  };
}

function collect(
  response: http.IncomingMessage,
  { request, maxResponseBytes: maxBytes }: HttpExchangeOptions,
  fail: (error: Error) => void,
  done: (answer: RawResponse) => void,
): void {
  const tooLarge = (): void => fail(new HttpFault('TOO_LARGE', `the answer is larger than ${maxBytes} bytes`));
  const { statusCode: status = 0, headers } = response;
  if (Number(headers['content-length'] ?? 0) > maxBytes && request.method !== 'HEAD') {
    tooLarge();
    return;
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    fail(new HttpFault('ENCODED', 'the answer is compressed, which was not asked for'));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) tooLarge();
    else chunks.push(chunk);
  });
  response.on('error', fail);
  response.on('close', () => {
    // Node calls the end of a connection in the middle of a body an end all the same.
    if (response.complete) done({ status, headers, body: Buffer.concat(chunks) });
    else fail(new HttpFault('BROKE_OFF', 'the answer broke off'));
  });
}
