import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
  type HealthCheckRequest,
} from '../../gen/grpc/health/v1/health_pb.js';
import type { CallRuntime } from '../calls/call.ts';
import { statusName } from '../calls/call.ts';
import { methodPath } from '../../contract/methods.ts';
import type { ServingState } from './serving-state.ts';

/** Whose health is told, and until when. */
export interface HealthServiceOptions {
  readonly state: ServingState;
  /** Names of the services that have a health of their own; the empty name, for the whole process, is always there. */
  readonly services: readonly string[];
  readonly runtime: CallRuntime;
  /** Aborts when watchers have to go, so that none keeps a stopping process alive. */
  readonly stopping: AbortSignal;
}

/** `grpc.health.v1.Health`: every service of the process shares its fate. */
export function healthService(options: HealthServiceOptions): ServiceImpl<typeof Health> {
  const { state, runtime } = options;
  const known = new Set(['', ...options.services]);
  const statusOf = (service: string): Status | undefined => {
    if (!known.has(service)) return undefined;
    return state.serving ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    check: ({ service }) => {
      const status = statusOf(service);
      runtime.metrics.answered(
        methodPath(Health.method.check),
        status === undefined ? statusName(Code.NotFound) : 'OK',
        0,
      );
      // The health protocol itself asks for NotFound here; no secret is meant.
      if (status === undefined) throw new ConnectError('this provider has no such service', Code.NotFound);
      return { status };
    },
    watch: (request, context) => watchHealth(request, context, statusOf, options),
  };
}

/** Sends the status at once and after each change. */
async function* watchHealth(
  { service }: HealthCheckRequest,
  context: HandlerContext,
  statusOf: (service: string) => Status | undefined,
  { state, stopping }: HealthServiceOptions,
): AsyncGenerator<{ status: Status }> {
  const end = AbortSignal.any([context.signal, stopping]);
  let wake: () => void = () => undefined;
  const unsubscribe = state.onChange(() => wake());
  const onEnd = (): void => wake();
  end.addEventListener('abort', onEnd);
  try {
    let sent: Status | undefined;
    while (!end.aborted) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const status = statusOf(service) ?? Status.SERVICE_UNKNOWN;
      if (status !== sent) yield { status: (sent = status) };
      else await changed;
    }
  } finally {
    unsubscribe();
    end.removeEventListener('abort', onEnd);
  }
  if (stopping.aborted) throw new ConnectError('the provider is shutting down', Code.Unavailable);
}
