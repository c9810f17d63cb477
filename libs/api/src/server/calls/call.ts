import { Code, type HandlerContext } from '@connectrpc/connect';
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { abortable, type Clock, type Logger } from '@eso/runtime';
import { errorCodes } from '../../contract/codes.ts';
import { toConnectError } from '../../contract/error-wire.ts';
import { methodPath } from '../../contract/methods.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { CallScope } from '../transport/call-scope.ts';
import type { ServerMetrics } from '../transport/server-metrics.ts';
import { answerBytes } from './answer-bytes.ts';
import { logCall } from './failure-log.ts';

/** What every unary call needs around its handler. */
export interface CallRuntime {
  readonly metrics: ServerMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** One method: what it does, and what its log line says about a request (never a value). */
export interface UnaryMethod<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodUnary<I, O>;
  readonly describe: (request: MessageShape<I>) => Record<string, unknown>;
  readonly handle: (request: MessageShape<I>, signal: AbortSignal) => Promise<MessageInitShape<O>>;
}

/**
 * Puts around a handler what every call gets, from outside in: metrics and one log line, the mapping of errors to statuses, the end by
 * deadline or by the caller (call-scope.ts), and the turn of its answer. The client has been judged before (client-gate.ts); limits and
 * namespace rules are the handler's first steps. A handler that does not heed its signal is left behind: the caller gets its answer in time.
 */
export function unary<I extends DescMessage, O extends DescMessage>(
  runtime: CallRuntime,
  { method, describe, handle }: UnaryMethod<I, O>,
): (request: MessageShape<I>, context: HandlerContext) => Promise<MessageInitShape<O>> {
  const path = methodPath(method);
  return async (request, context) => {
    const { clock, logger, metrics } = runtime;
    const scope = CallScope.of(context);
    const signal = scope?.signal ?? context.signal;
    const startedMs = clock.monotonic();
    let failure: ProviderError | undefined;
    try {
      const answer = await abortable(handle(request, signal), signal);
      await scope?.acquireResponseBytes(answerBytes(answer));
      return answer;
    } catch (error) {
      failure = asProviderError(error, signal);
      throw toConnectError(failure);
    } finally {
      const durationMs = clock.monotonic() - startedMs;
      metrics.answered(path, failure ? statusName(errorCodes[failure.code].grpc) : 'OK', durationMs / 1000);
      if (failure || logger.isLevelEnabled('debug'))
        logCall(logger, failure, { method: path, durationMs: Math.round(durationMs), ...describe(request) });
    }
  };
}

/** Name of a gRPC status as it stands in metrics. */
export function statusName(code: Code): string {
  return Code[code];
}

/** What a handler threw, in the contract's words. */
export function asProviderError(error: unknown, signal: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error;
  // What a backend makes of its signal is no failure of its own.
  if (signal.aborted && signal.reason instanceof ProviderError) return signal.reason;
  if (signal.aborted) return new ProviderError('CANCELED', 'the caller gave up', { cause: error });
  if (error instanceof Error && error.name === 'TimeoutError')
    return new ProviderError('TIMEOUT', 'the backend did not answer in time', { cause: error });
  return ProviderError.from(error);
}
