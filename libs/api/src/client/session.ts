import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { Clock } from '@eso/runtime';
import { methodPath } from '../contract/index.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { checkAnswer } from './answer-bounds.ts';
import { Connection } from './connection.ts';
import type { ProviderAddress } from './endpoint.ts';
import { frameMessage } from './message-frame.ts';
import { connectSecurely } from './secure-connection.ts';
import { exchange } from './unary-exchange.ts';
import { WireFailure } from './wire-failure.ts';

/** Told of what becomes of the connections of a session, for the metrics. */
export interface SessionObserver {
  /** A connection has ended, or never came about. */
  ended(how: { readonly ageMs: number; readonly failed: boolean; readonly idle: boolean }): void;
}

export interface SessionOptions {
  readonly address: ProviderAddress;
  readonly serverName: string;
  readonly material: TlsMaterial;
  readonly clock: Clock;
  /** Largest answer that is read, and largest request that is sent, bytes. */
  readonly responseBytes: number;
  readonly requestBytes: number;
  readonly observer: SessionObserver;
}

/** One call on a session. */
export interface SessionCall {
  readonly signal: AbortSignal;
  /** Told to the provider, which then gives up by itself, milliseconds. `signal` ends the call here. */
  readonly timeoutMs: number;
}

/**
 * The connection to one instance of a provider, with one set of certificates for all its life. It connects at the first call, and
 * again when the connection was lost or told to go away; calls on the old one finish there.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #connections = new Set<Connection>();
  readonly #createdMs: number;
  readonly #end = Promise.withResolvers<undefined>();
  #current: Connection | undefined;
  #inFlight = 0;
  #lastUsedMs: number;
  #failedMs = -Infinity;
  #retired = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#createdMs = options.clock.monotonic();
    this.#lastUsedMs = this.#createdMs;
  }

  get address(): ProviderAddress {
    return this.#options.address;
  }

  get material(): TlsMaterial {
    return this.#options.material;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a connection is up. */
  get isConnected(): boolean {
    return this.#current?.isOpen ?? false;
  }

  /** Milliseconds since the session was made. */
  get ageMs(): number {
    return this.#options.clock.monotonic() - this.#createdMs;
  }

  /** Milliseconds since the last call, 0 while there is one. */
  get idleMs(): number {
    return this.#inFlight > 0 ? 0 : this.#options.clock.monotonic() - this.#lastUsedMs;
  }

  /** Milliseconds since a call failed for want of a connection. */
  get sinceFailureMs(): number {
    return this.#options.clock.monotonic() - this.#failedMs;
  }

  /**
   * Makes one call.
   * @throws ConnectError with the provider's status; WireFailure when none came; the signal's reason
   */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    call: SessionCall,
  ): Promise<MessageShape<O>> {
    this.#inFlight++;
    try {
      const frame = frameMessage(toBinary(method.input, create(method.input, request)), this.#options.requestBytes);
      return parse(method.output, await this.#send(methodPath(method), frame, call));
    } finally {
      this.#inFlight--;
      this.#lastUsedMs = this.#options.clock.monotonic();
      if (this.#retired && this.#inFlight === 0) this.#disconnect();
    }
  }

  /** Remembers that no connection was to be had, so that another instance is preferred for a while. */
  markFailed(): void {
    this.#failedMs = this.#options.clock.monotonic();
  }

  /** Takes no more calls; the connection ends with the last one under way. Resolves when it has ended. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#inFlight === 0) this.#disconnect();
    await this.#end.promise;
  }

  /** Ends the connection and all its calls now. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#retired = true;
    this.#disconnect();
    await this.#end.promise;
  }

  async #send(path: string, frame: Buffer, { signal, timeoutMs }: SessionCall): Promise<Uint8Array> {
    const connection = this.#connect();
    await abortable(connection.ready, signal);
    const stream = connection.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      'user-agent': 'external-secrets',
      'grpc-timeout': `${Math.max(1, Math.floor(timeoutMs))}m`,
    });
    try {
      return await exchange(stream, frame, { maxBytes: this.#options.responseBytes, signal });
    } catch (thrown) {
      throw thrown instanceof WireFailure ? await this.#explained(thrown, connection) : thrown;
    }
  }

  /** A stream only knows that its connection ended; the connection knows why. */
  async #explained(failure: WireFailure, connection: Connection): Promise<WireFailure> {
    if (failure.kind === 'overloaded' || failure.kind === 'responseTooLarge') {
      // A Node server keeps what it had queued for a cancelled answer and refuses further calls on the same connection.
      connection.drain();
    }
    if (failure.kind !== 'lost' || connection.isUsable) return failure;
    await connection.ended;
    if (connection.error) return new WireFailure('lost', failure.message, connection.error);
    return connection.wasTurnedAway ? new WireFailure('turnedAway', 'closed right after the TLS handshake') : failure;
  }

  #connect(): Connection {
    if (this.#retired) throw new WireFailure('refused', 'the connection was closed');
    if (this.#current?.isUsable) return this.#current;
    const { clock, observer, serverName, address } = this.#options;
    const startMs = clock.monotonic();
    const connection = new Connection({
      socket: connectSecurely(this.#options),
      origin: `https://${serverName}:${address.port}`,
      clock,
      onEnd: ({ idle, error }) => {
        this.#connections.delete(connection);
        observer.ended({ ageMs: clock.monotonic() - startMs, failed: error !== undefined, idle });
        this.#settleEnd();
      },
    });
    this.#connections.add(connection);
    this.#current = connection;
    return connection;
  }

  #disconnect(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#settleEnd();
  }

  #settleEnd(): void {
    if (this.#retired && this.#connections.size === 0) this.#end.resolve(undefined);
  }
}

function parse<O extends DescMessage>(schema: O, bytes: Uint8Array): MessageShape<O> {
  checkAnswer(schema, bytes);
  try {
    // What this side does not know would be kept field by field, for nobody.
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new WireFailure('protocol', 'the answer is not of the type that was asked for', cause);
  }
}

/** Waits for `promise`, but not longer than the signal allows. */
function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
