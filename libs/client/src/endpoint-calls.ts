import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { errorCodes, mayRetry, ProviderError, type RetryRule } from '@eso/api/contract';
import { InFlightGate } from '@eso/http2';
import { backoffMs, type BackoffPolicy, type Clock, Deadline, DeadlinePassed, type Logger } from '@eso/runtime';
import { attempt, NeverSettled } from './attempt.ts';
import type { Channel } from './channel.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { ProviderEndpoint } from './endpoint.ts';
import { brokenAlone, classifyFailure, type CallFailure } from './call-failure.ts';
import { frameMessage } from './message-frame.ts';
import type { ClientMetrics } from './metrics.ts';
import { largestField } from './request-bounds.ts';
import type { Subchannel } from './subchannel.ts';

/** Attempts of one call, the first one included. */
const MAX_ATTEMPTS = 3;

/** The pauses between them. */
export const RETRY: BackoffPolicy = { firstMs: 100, maxMs: 10_000, jitter: 1 };

/** One call to a provider. */
export interface CallRequest<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageInitShape<I>;
  readonly rule: RetryRule;
  /** On whose behalf: tenants take turns where there are too many calls. */
  readonly tenant: string;
  /** Budget of the call with all its waiting and retries, milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** One provider, its connections, and the bounds of its calls. */
export interface EndpointCallsOptions {
  readonly endpoint: ProviderEndpoint;
  readonly pool: Channel;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ClientMetrics;
  readonly maxInFlight: number;
  /** Largest request, bytes. */
  readonly requestBytes: number;
}

/** A call that gets its place with less than this left is not worth sending, milliseconds. */
const MIN_ATTEMPT_MS = 10;

/** Calls that have a connection of their own at a time, of one provider and of one tenant. */
const MAX_ALONE = 16;
const MAX_ALONE_PER_TENANT = 8;

/** A request as it goes over the wire, and where it goes. */
interface Sending<O extends DescMessage> {
  readonly method: DescMethodUnary<DescMessage, O>;
  readonly frame: Buffer;
  readonly tenant: string;
  readonly rule: RetryRule;
  readonly deadline: Deadline;
}

type Result<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'failure'; readonly failure: CallFailure };

/**
 * Everything between a call and the wire, for one provider: a limit of calls in flight, a circuit breaker, attempts within one budget,
 * and what is counted about them. A call first waits for a place, then asks the breaker, so that those who waited for a provider
 * that turned out to be gone fail at once.
 */
export class EndpointCalls {
  readonly #options: EndpointCallsOptions;
  readonly #gate: InFlightGate;
  readonly #alone = new InFlightGate(MAX_ALONE, MAX_ALONE_PER_TENANT);
  readonly #breaker: CircuitBreaker;
  #endpoint: ProviderEndpoint;

  constructor(options: EndpointCallsOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.#gate = new InFlightGate(options.maxInFlight, shareOf(options.maxInFlight));
    this.#breaker = new CircuitBreaker({
      clock: options.clock,
      onChange: (state) => options.metrics.breaker(this.#endpoint.id, state),
    });
    options.metrics.breaker(options.endpoint.id, this.#breaker.state);
  }

  /** Takes note of what happened to a connection of the pool. */
  readonly observe = (evidence: 'up' | 'down'): void => this.#breaker[evidence]();

  get pool(): Channel {
    return this.#options.pool;
  }

  /** Takes over new addresses. A new instance is tried at once, whatever the breaker had against the old ones. */
  update(endpoint: ProviderEndpoint): void {
    this.#endpoint = endpoint;
    if (this.pool.update(endpoint)) this.#breaker.reconsider();
  }

  /**
   * Makes a call.
   * @throws ProviderError, always.
   */
  async call<I extends DescMessage, O extends DescMessage>(request: CallRequest<I, O>): Promise<MessageShape<O>> {
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonic();
    const deadline = new Deadline({ clock, ms: request.deadlineMs, signal: request.signal });
    let failure: ProviderError | undefined;
    try {
      return await this.#admit(request, deadline);
    } catch (thrown) {
      failure = ProviderError.from(thrown);
      throw failure;
    } finally {
      deadline.end();
      metrics.call(this.#endpoint.id, request.method.name, clock.monotonic() - startMs, failure);
    }
  }

  async #admit<I extends DescMessage, O extends DescMessage>(
    { method, message, tenant, rule }: CallRequest<I, O>,
    deadline: Deadline,
  ): Promise<MessageShape<O>> {
    // What may not be sent does not wait for its turn first.
    const frame = this.#frame(method, message);
    const leave = await this.#acquireSlot(tenant, deadline);
    try {
      const permit = this.#breaker.admit();
      if (permit.kind === 'rejected') throw this.#circuitOpen(permit.retryAfterMs);
      try {
        const result = await this.#attempts({ method, frame, tenant, rule, deadline });
        if (result.kind === 'failure') throw result.failure.error;
        return result.value;
      } finally {
        permit.release();
      }
    } finally {
      leave();
    }
  }

  #frame<I extends DescMessage>(method: DescMethodUnary<I>, message: MessageInitShape<I>): Buffer {
    const { requestBytes } = this.#options;
    let bytes: Uint8Array;
    try {
      bytes = toBinary(method.input, create(method.input, message));
    } catch (cause) {
      throw new ProviderError('INVALID_REQUEST', `the request to ${this.#endpoint.serverName} cannot be encoded`, {
        cause,
      });
    }
    if (bytes.byteLength <= requestBytes) return frameMessage(bytes);
    const text = `the request to ${this.#endpoint.serverName} has ${bytes.byteLength} bytes, ${requestBytes} are allowed`;
    throw new ProviderError('LIMIT_EXCEEDED', text, { field: largestField(method.input, message) });
  }

  async #acquireSlot(tenant: string, deadline: Deadline): Promise<() => void> {
    const { metrics } = this.#options;
    const { id, serverName } = this.#endpoint;
    try {
      const place = this.#gate.acquire(deadline.signal, tenant);
      metrics.waiting(id, this.#gate.waiting);
      const leave = await place;
      if (deadline.remainingMs() >= MIN_ATTEMPT_MS) return leave;
      leave();
      throw new DeadlinePassed('nothing is left of the budget');
    } catch (cause) {
      if (!(cause instanceof DeadlinePassed))
        throw new ProviderError('CANCELED', `the call to ${serverName} was given up`, { cause });
      throw new ProviderError('TIMEOUT', `too many calls to ${serverName} are under way; this one was never sent`, {
        cause,
      });
    } finally {
      metrics.waiting(id, this.#gate.waiting);
    }
  }

  async #attempts<O extends DescMessage>(sending: Sending<O>): Promise<Result<MessageShape<O>>> {
    const { rule, deadline, tenant, method } = sending;
    let alone = false;
    for (let number = 1; ; number++) {
      const result: Result<MessageShape<O>> = await (alone
        ? this.#attemptAlone(sending)
        : this.#attempt(sending, this.pool.pick(tenant)));
      if (result.kind === 'answer' || number === MAX_ATTEMPTS || !repeatable(rule, result.failure)) return result;
      const { error, suspect, refused }: CallFailure = result.failure;
      // Refused once, it was the end of a connection's time; refused again, it is what another call does to each new connection.
      alone = suspect || (refused && number > 1);
      const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(RETRY, number));
      if (waitMs >= deadline.remainingMs() || !(await this.#backOff(waitMs, deadline))) return result;
      this.#options.metrics.retried(this.#endpoint.id, method.name);
    }
  }

  /** Whatever becomes of the connection now, it is this call's doing, and no other call's loss. */
  async #attemptAlone<O extends DescMessage>(sending: Sending<O>): Promise<Result<MessageShape<O>>> {
    const { serverName } = this.#endpoint;
    let leave: () => void;
    try {
      leave = await this.#alone.acquire(sending.deadline.signal, sending.tenant);
    } catch (thrown) {
      return { kind: 'failure', failure: classifyFailure(thrown, serverName, sending.deadline) };
    }
    try {
      const result = await this.pool.useDedicated((session) => this.#attempt(sending, session));
      if (result.kind === 'answer') return result;
      const { suspect, refused } = result.failure;
      if (suspect || refused) this.pool.isolate(sending.tenant);
      return suspect ? { kind: 'failure', failure: brokenAlone(result.failure, serverName) } : result;
    } finally {
      leave();
    }
  }

  async #attempt<O extends DescMessage>(
    { method, frame, tenant, deadline }: Sending<O>,
    session: Subchannel,
  ): Promise<Result<MessageShape<O>>> {
    const { clock, logger } = this.#options;
    const { id, serverName } = this.#endpoint;
    try {
      const value = await attempt({ session, method, frame, tenant, deadline, clock });
      this.#breaker.up();
      return { kind: 'answer', value };
    } catch (thrown) {
      const failure = classifyFailure(thrown, serverName, deadline);
      if (failure.origin === 'answer') this.#breaker.up();
      if (failure.origin === 'connection') session.markFailed();
      if (failure.costly) this.pool.isolate(tenant);
      // Nothing ever came back, not even the end of the call: the connection is not to be trusted any more.
      if (thrown instanceof NeverSettled) this.pool.replace(session);
      const { code, publicMessage } = failure.error;
      logger.debug({ endpoint: id, method: method.name, code }, `call failed: ${publicMessage}`);
      return { kind: 'failure', failure };
    }
  }

  async #backOff(ms: number, deadline: Deadline): Promise<boolean> {
    try {
      await this.#options.clock.sleep(ms, deadline.signal);
      return true;
    } catch {
      return false;
    }
  }

  #circuitOpen(retryAfterMs: number): ProviderError {
    const { serverName } = this.#endpoint;
    return new ProviderError('CIRCUIT_OPEN', `${serverName} failed repeatedly and is left alone for a while`, {
      retryAfterMs,
    });
  }
}

function repeatable(rule: RetryRule, { error, unprocessed }: CallFailure): boolean {
  return error.retryable && mayRetry(rule, errorCodes[error.code].grpc, unprocessed);
}

/** Places that one tenant may have: three quarters, so that calls that hang leave some for all others. A few are not divided. */
function shareOf(maxInFlight: number): number {
  return maxInFlight < 8 ? maxInFlight : maxInFlight - Math.floor(maxInFlight / 4);
}
