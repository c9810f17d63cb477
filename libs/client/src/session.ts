import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { methodPath } from '@eso/api/contract';
import type { TlsMaterial } from '@eso/api/tls';
import type { Clock } from '@eso/runtime';
import { checkAnswer } from './answer-bounds.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import type { ProviderAddress } from './endpoint.ts';
import { connectSecurely } from './secure-connection.ts';
import { exchange } from './unary-exchange.ts';
import { WireFailure } from './wire-failure.ts';

/** Told of what becomes of the connections of a session. */
export interface SessionObserver {
  /** A connection came about. */
  opened(): void;
  /** A connection has ended, or never came about. */
  ended(how: ConnectionEnd & { readonly ageMs: number }): void;
}

export interface SessionOptions {
  readonly address: ProviderAddress;
  readonly serverName: string;
  readonly material: TlsMaterial;
  readonly clock: Clock;
  /** Largest answer that is read, bytes. */
  readonly responseBytes: number;
  readonly observer: SessionObserver;
}

/** One call on a session. */
export interface SessionCall {
  readonly signal: AbortSignal;
  /** Told to the provider, which then gives up by itself, milliseconds. `signal` ends the call here. */
  readonly timeoutMs: number;
  /** On whose behalf. */
  readonly tenant: string;
}

/** Calls under way get this long on a connection that is given up for what an answer did to it, milliseconds. */
const GIVEN_UP_GRACE_MS = 2_000;

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
   * @param frame the request with its gRPC header
   * @throws ConnectError with the provider's status; WireFailure when none came; the signal's reason
   */
  async call<O extends DescMessage>(
    method: DescMethodUnary<DescMessage, O>,
    frame: Buffer,
    call: SessionCall,
  ): Promise<MessageShape<O>> {
    this.#inFlight++;
    try {
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

  async #send(path: string, frame: Buffer, { signal, timeoutMs, tenant }: SessionCall): Promise<Uint8Array> {
    const connection = this.#connect();
    if (!connection.isOpen) await abortable(connection.ready, signal);
    const headers = requestHeaders(path, timeoutMs);
    const stream = await connection.request(headers, tenant, signal);
    try {
      return await exchange(stream, frame, {
        maxBytes: this.#options.responseBytes,
        signal,
        onHeard: connection.heard,
      });
    } catch (thrown) {
      throw await this.#explained(thrown, connection, signal);
    }
  }

  /** A stream only knows that it ended; the connection knows why. */
  async #explained(thrown: unknown, connection: Connection, signal: AbortSignal): Promise<unknown> {
    if (thrown instanceof ConnectError) {
      const isRefusal = connection.refusesClient && thrown.code === Code.Unauthenticated;
      return isRefusal ? new WireFailure('clientRejected', thrown.rawMessage, thrown) : thrown;
    }
    if (!(thrown instanceof WireFailure)) return thrown;
    if (thrown.kind === 'overloaded' || thrown.kind === 'responseTooLarge') {
      // A Node server keeps what it had queued for a cancelled answer and refuses further calls on the same connection.
      connection.drain(GIVEN_UP_GRACE_MS);
    }
    // A connection that only takes no more calls lives on with the others, maybe for long: it is not waited for.
    if (thrown.kind !== 'reset' || !connection.isBroken) return thrown;
    await abortable(connection.ended, signal);
    return new WireFailure('lost', 'the connection ended', connection.error ?? thrown.cause);
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
      onOpen: () => observer.opened(),
      onEnd: (how) => {
        this.#connections.delete(connection);
        observer.ended({ ...how, ageMs: clock.monotonic() - startMs });
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

function requestHeaders(path: string, timeoutMs: number) {
  return {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    'user-agent': 'external-secrets',
    'grpc-timeout': `${Math.max(1, Math.floor(timeoutMs))}m`,
  };
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
