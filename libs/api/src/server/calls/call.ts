import { Code, type HandlerContext } from '@connectrpc/connect';
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { type Clock, formatDuration, type Logger } from '@eso/runtime';
import { errorCodes } from '../../contract/codes.ts';
import { toConnectError } from '../../contract/error-wire.ts';
import { methodPath } from '../../contract/methods.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { waitFor } from '../backends/expiring-cache.ts';
import { failureTrace } from './failure-trace.ts';
import type { ServerMetrics } from '../transport/server-metrics.ts';

/** What every unary call needs around its handler. */
export interface CallRuntime {
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Longest one call may take, milliseconds; a shorter deadline of the caller wins. */
  readonly deadlineMs: number;
}

/** One method: what it does, and what its log line says about a request (never a value). */
export interface UnaryMethod<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodUnary<I, O>;
  readonly describe: (request: MessageShape<I>) => Record<string, unknown>;
  readonly handle: (request: MessageShape<I>, signal: AbortSignal) => Promise<MessageInitShape<O>>;
}

/**
 * Puts around a handler what every call gets, from outside in: metrics and one log line, the mapping of errors to statuses,
 * the deadline. The client has been judged before (client-gate.ts); limits and namespace rules are the handler's first steps.
 */
export function unary<I extends DescMessage, O extends DescMessage>(
  runtime: CallRuntime,
  { method, describe, handle }: UnaryMethod<I, O>,
): (request: MessageShape<I>, context: HandlerContext) => Promise<MessageInitShape<O>> {
  const path = methodPath(method);
  return async (request, context) => {
    const { clock, logger, metrics } = runtime;
    const startedMs = clock.monotonic();
    let failure: ProviderError | undefined;
    try {
      return await withDeadline(runtime, context.signal, (signal) => handle(request, signal));
    } catch (error) {
      failure = asProviderError(error, context.signal);
      throw toConnectError(failure);
    } finally {
      const durationMs = clock.monotonic() - startedMs;
      metrics.answered(path, failure ? statusName(errorCodes[failure.code].grpc) : 'OK', durationMs / 1000);
      log(logger, failure, { method: path, durationMs: Math.round(durationMs), ...describe(request) });
    }
  };
}

/** Name of a gRPC status as it stands in metrics. */
export function statusName(code: Code): string {
  return Code[code];
}

/** A handler that does not heed its signal is left behind: the caller gets its answer in time all the same. */
async function withDeadline<T>(
  { clock, deadlineMs }: CallRuntime,
  caller: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.schedule(deadlineMs, () =>
    deadline.abort(
      new ProviderError('TIMEOUT', `the provider did not finish within its limit of ${formatDuration(deadlineMs)}`),
    ),
  );
  const signal = AbortSignal.any([caller, deadline.signal]);
  try {
    return await waitFor(run(signal), signal);
  } finally {
    cancel();
  }
}

function asProviderError(error: unknown, caller: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error;
  if (caller.aborted) {
    const { code } = caller.reason as { code?: unknown };
    return code === Code.DeadlineExceeded
      ? new ProviderError('TIMEOUT', "the call did not end within the caller's deadline", { cause: error })
      : new ProviderError('CANCELED', 'the caller gave up', { cause: error });
  }
  if (error instanceof Error && error.name === 'TimeoutError')
    return new ProviderError('TIMEOUT', 'the backend did not answer in time', { cause: error });
  return ProviderError.from(error);
}

/** Success is a debug line: at a hundred calls a second nobody reads them. */
function log(logger: Logger, failure: ProviderError | undefined, fields: Record<string, unknown>): void {
  if (!failure) {
    logger.debug({ ...fields, code: 'OK' }, 'call answered');
    return;
  }
  const { code, field, backend, cause } = failure;
  const details = {
    ...fields,
    code,
    field,
    ...(backend && { backend }),
    ...(cause === undefined ? {} : { failure: failureTrace(cause) }),
  };
  if (code === 'INTERNAL') logger.error(details, 'call failed unexpectedly');
  else logger.info(details, `call failed: ${failure.publicMessage}`);
}
