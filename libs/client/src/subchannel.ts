import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { CLIENT_REFUSED, methodPath } from '@eso/api/contract';
import type { TlsMaterial } from '@eso/api/tls';
import { Http2Session, type SessionEnd, SessionError, SessionPool } from '@eso/http2';
import { abortable, type Clock } from '@eso/runtime';
import { checkAnswer } from './answer-bounds.ts';
import type { ProviderAddress } from './endpoint.ts';
import { unaryExchange } from './unary-exchange.ts';
import { WireFailure } from './wire-failure.ts';

/** Told of what becomes of the connections of a subchannel. */
export interface ConnectionObserver {
  /** A connection came about. */
  opened(): void;
  /** A connection has ended, or never came about. */
  ended(how: SessionEnd & { readonly ageMs: number }): void;
}

/** One address of a provider, the certificate for it, and who observes its connection. */
export interface SubchannelOptions {
  readonly address: ProviderAddress;
  readonly serverName: string;
  readonly material: TlsMaterial;
  readonly clock: Clock;
  /** Largest answer that is read, bytes. */
  readonly responseBytes: number;
  readonly observer: ConnectionObserver;
}

/** One call on a subchannel. */
export interface SubchannelCall {
  readonly signal: AbortSignal;
  /** Told to the provider, which then gives up by itself, milliseconds. `signal` ends the call here. */
  readonly timeoutMs: number;
  /** On whose behalf. */
  readonly tenant: string;
}

/** A connection without calls is closed after this, milliseconds. */
const IDLE_TIMEOUT_MS = 5 * 60_000;
/** Calls under way get this long on a connection that is given up for what an answer did to it, milliseconds. */
const GIVEN_UP_GRACE_MS = 2_000;

/**
 * The way to one instance of a provider, with one set of certificates for all its life. It connects at the first call, and again when
 * the connection was lost or told to go away; calls on the old one finish there.
 */
export class Subchannel {
  readonly #options: SubchannelOptions;
  readonly #pool: SessionPool;
  #failedMs = -Infinity;

  constructor(options: SubchannelOptions) {
    this.#options = options;
    this.#pool = new SessionPool({ open: (signal) => this.#open(signal), maxSessions: 1, clock: options.clock });
  }

  get address(): ProviderAddress {
    return this.#options.address;
  }

  get material(): TlsMaterial {
    return this.#options.material;
  }

  get inFlight(): number {
    return this.#pool.uses;
  }

  /** Whether a connection is up. */
  get isConnected(): boolean {
    return this.#pool.isConnected;
  }

  /** Milliseconds since the subchannel was made. */
  get ageMs(): number {
    return this.#pool.ageMs;
  }

  /** Milliseconds since the last call, 0 while there is one. */
  get idleMs(): number {
    return this.#pool.idleMs;
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
    call: SubchannelCall,
  ): Promise<MessageShape<O>> {
    try {
      return await this.#pool.use(async () => parse(method.output, await this.#send(methodPath(method), frame, call)));
    } catch (thrown) {
      throw thrown instanceof SessionError ? unsent(thrown) : thrown;
    }
  }

  /** Remembers that no connection was to be had, so that another instance is preferred for a while. */
  markFailed(): void {
    this.#failedMs = this.#options.clock.monotonic();
  }

  /** Takes no more calls; the connection ends with the last one under way. Resolves when it has ended. */
  retire(): Promise<void> {
    return this.#pool.retire();
  }

  /** Ends the connection and all its calls now. Resolves when it has ended. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #send(path: string, frame: Buffer, { signal, timeoutMs, tenant }: SubchannelCall): Promise<Uint8Array> {
    const acquired = this.#pool.acquire(signal);
    const session = acquired instanceof Promise ? await acquired : acquired;
    const opened = session.request(requestHeaders(path, timeoutMs), { group: tenant, signal });
    const stream = opened instanceof Promise ? await opened : opened;
    try {
      return await unaryExchange(stream, frame, {
        maxBytes: this.#options.responseBytes,
        signal,
        onActivity: session.recordActivity,
      });
    } catch (thrown) {
      throw await explained(thrown, session, signal);
    }
  }

  #open(signal: AbortSignal): Http2Session {
    const { address, serverName, material, clock, observer } = this.#options;
    const startMs = clock.monotonic();
    return new Http2Session({
      address,
      serverName,
      credentials: material,
      clock,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      signal,
      onOpen: () => observer.opened(),
      onEnd: (how) => observer.ended({ ...how, ageMs: clock.monotonic() - startMs }),
    });
  }
}

/** Why a call was never sent. */
function unsent({ kind, message, cause }: SessionError): WireFailure {
  return new WireFailure(kind === 'headersTooLarge' ? 'requestTooLarge' : kind, message, cause);
}

/** A stream only knows that it ended; the session knows why. */
async function explained(thrown: unknown, session: Http2Session, signal: AbortSignal): Promise<unknown> {
  if (thrown instanceof ConnectError) {
    const isRefusal = session.goawayText === CLIENT_REFUSED && thrown.code === Code.Unauthenticated;
    return isRefusal ? new WireFailure('clientRejected', thrown.rawMessage, thrown) : thrown;
  }
  if (!(thrown instanceof WireFailure)) return thrown;
  if (thrown.kind === 'overloaded' || thrown.kind === 'responseTooLarge') {
    // A Node server keeps what it had queued for a cancelled answer and refuses further calls on the same connection.
    session.drain(GIVEN_UP_GRACE_MS);
  }
  // A connection that only takes no more calls lives on with the others, maybe for long: it is not waited for.
  if (thrown.kind !== 'reset' || session.state !== 'closed') return thrown;
  await abortable(session.ended, signal);
  return new WireFailure('lost', 'the connection ended', session.error ?? thrown.cause);
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
