import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Clock, Logger } from '@eso/runtime';
import { errorCodes, mayRetry, ProviderError, type RetryRule } from '../contract/index.ts';
import { attempt, NeverSettled } from './attempt.ts';
import { backoffMs, MAX_ATTEMPTS } from './backoff.ts';
import { CircuitBreaker, type Outcome } from './circuit-breaker.ts';
import { type Deadline, DeadlinePassed, startDeadline } from './deadline.ts';
import type { ProviderEndpoint } from './endpoint.ts';
import { classifyFailure, type Failure } from './failure.ts';
import { InFlightGate } from './in-flight-gate.ts';
import type { ClientMetrics } from './metrics.ts';
import type { SessionPool } from './session-pool.ts';

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

export interface EndpointCallsOptions {
  readonly endpoint: ProviderEndpoint;
  readonly pool: SessionPool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ClientMetrics;
  readonly maxInFlight: number;
}

/** A call that gets its place with less than this left is not worth sending, milliseconds. */
const MIN_ATTEMPT_MS = 10;

type Result<T> =
  { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'failure'; readonly failure: Failure };

/**
 * Everything between a call and the wire, for one provider: a limit of calls in flight, a circuit breaker, attempts within one budget,
 * and what is counted about them. A call first waits for a place, then asks the breaker, so that those who waited for a provider
 * that turned out to be gone fail at once.
 */
export class EndpointCalls {
  readonly #options: EndpointCallsOptions;
  readonly #gate: InFlightGate;
  readonly #breaker: CircuitBreaker;
  #endpoint: ProviderEndpoint;

  constructor(options: EndpointCallsOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.#gate = new InFlightGate(options.maxInFlight);
    this.#breaker = new CircuitBreaker({ clock: options.clock });
  }

  get pool(): SessionPool {
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
    const deadline = startDeadline(clock, request.deadlineMs, request.signal);
    let failure: ProviderError | undefined;
    try {
      return await this.#enter(request, deadline);
    } catch (thrown) {
      failure = ProviderError.from(thrown);
      throw failure;
    } finally {
      deadline.dispose();
      metrics.call(this.#endpoint.id, request.method.name, clock.monotonic() - startMs, failure);
    }
  }

  async #enter<I extends DescMessage, O extends DescMessage>(
    request: CallRequest<I, O>,
    deadline: Deadline,
  ): Promise<MessageShape<O>> {
    const { id } = this.#endpoint;
    const leave = await this.#place(request.tenant, deadline);
    try {
      const admission = this.#breaker.admit();
      if (admission.kind === 'rejected') throw this.#circuitOpen(admission.retryAfterMs);
      let outcome: Outcome = 'neutral';
      try {
        const result = await this.#attempts(request, deadline);
        outcome = outcomeOf(result);
        if (result.kind === 'failure') throw result.failure.error;
        return result.value;
      } finally {
        admission.settle(outcome);
        this.#options.metrics.breaker(id, this.#breaker.state);
      }
    } finally {
      leave();
    }
  }

  async #place(tenant: string, deadline: Deadline): Promise<() => void> {
    const { metrics } = this.#options;
    const { id, serverName } = this.#endpoint;
    try {
      const place = this.#gate.enter(deadline.signal, tenant);
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

  async #attempts<I extends DescMessage, O extends DescMessage>(
    request: CallRequest<I, O>,
    deadline: Deadline,
  ): Promise<Result<MessageShape<O>>> {
    for (let number = 1; ; number++) {
      const result = await this.#attempt(request, deadline);
      if (result.kind === 'answer' || number === MAX_ATTEMPTS || !repeatable(request.rule, result.failure))
        return result;
      const { retryAfterMs } = result.failure.error;
      const waitMs = backoffMs(number, retryAfterMs === undefined ? {} : { retryAfterMs });
      if (waitMs >= deadline.remainingMs() || !(await this.#pause(waitMs, deadline))) return result;
      this.#options.metrics.retried(this.#endpoint.id, request.method.name);
    }
  }

  async #attempt<I extends DescMessage, O extends DescMessage>(
    { method, message }: CallRequest<I, O>,
    deadline: Deadline,
  ): Promise<Result<MessageShape<O>>> {
    const { pool, clock, logger } = this.#options;
    const { id, serverName } = this.#endpoint;
    const session = pool.pick();
    try {
      return { kind: 'answer', value: await attempt({ session, method, message, deadline, clock }) };
    } catch (thrown) {
      const failure = classifyFailure(thrown, serverName, deadline);
      if (failure.origin === 'transport') session.markFailed();
      // Nothing ever came back, not even the end of the call: the connection is not to be trusted any more.
      if (thrown instanceof NeverSettled) pool.replace(session);
      const { code, publicMessage } = failure.error;
      logger.debug({ endpoint: id, method: method.name, code }, `call failed: ${publicMessage}`);
      return { kind: 'failure', failure };
    }
  }

  async #pause(ms: number, deadline: Deadline): Promise<boolean> {
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

function repeatable(rule: RetryRule, { error, unprocessed }: Failure): boolean {
  return error.retryable && mayRetry(rule, errorCodes[error.code].grpc, unprocessed);
}

function outcomeOf(result: Result<unknown>): Outcome {
  if (result.kind === 'answer' || result.failure.origin === 'answer') return 'success';
  return result.failure.origin === 'transport' ? 'failure' : 'neutral';
}
