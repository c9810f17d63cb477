import type { HandlerContext } from '@connectrpc/connect';
import type { DescMessage, DescMethodServerStreaming, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { errorCodes } from '../../contract/codes.ts';
import { toConnectError } from '../../contract/error-wire.ts';
import { methodPath } from '../../contract/methods.ts';
import type { ProviderError } from '../../contract/provider-error.ts';
import { CallScope } from '../transport/call-scope.ts';
import { asProviderError, type CallRuntime, statusName } from './call.ts';
import { logCall } from './failure-log.ts';

/** One method that answers with a stream; as UnaryMethod. */
export interface StreamingMethod<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodServerStreaming<I, O>;
  readonly describe: (request: MessageShape<I>) => Record<string, unknown>;
  readonly handle: (request: MessageShape<I>, signal: AbortSignal) => AsyncIterable<MessageInitShape<O>>;
}

/**
 * Puts around a stream what `unary` puts around a call. It has no deadline but its caller's, so the handler has to end it; its time in
 * the metrics is that of its first message.
 */
export function streaming<I extends DescMessage, O extends DescMessage>(
  runtime: CallRuntime,
  { method, describe, handle }: StreamingMethod<I, O>,
): (request: MessageShape<I>, context: HandlerContext) => AsyncGenerator<MessageInitShape<O>, void> {
  const path = methodPath(method);
  return async function* (request, context) {
    const { clock, logger, metrics } = runtime;
    const signal = CallScope.of(context)?.signal ?? context.signal;
    const startedMs = clock.monotonic();
    let firstMs: number | undefined;
    let failure: ProviderError | undefined;
    try {
      for await (const message of handle(request, signal)) {
        firstMs ??= clock.monotonic() - startedMs;
        yield message;
      }
    } catch (error) {
      failure = asProviderError(error, signal);
      throw toConnectError(failure);
    } finally {
      const durationMs = clock.monotonic() - startedMs;
      metrics.answered(
        path,
        failure ? statusName(errorCodes[failure.code].grpc) : 'OK',
        (firstMs ?? durationMs) / 1000,
      );
      if (failure || logger.isLevelEnabled('debug'))
        logCall(logger, failure, { method: path, durationMs: Math.round(durationMs), ...describe(request) });
    }
  };
}
