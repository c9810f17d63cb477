import { abortable, onAbort } from '@eso/runtime';
import type { ServiceImpl } from '@connectrpc/connect';
import { limits as contractLimits } from '../../contract/limits.ts';
import { methodPath } from '../../contract/methods.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { StoreExtensionService } from '../../gen/provider/ext/v1alpha1/ext_pb.js';
import type { Backend } from '../backend.ts';
import { type CallRuntime, unary } from '../calls/call.ts';
import { logOutcomes } from '../calls/failure-log.ts';
import { remoteRefOf } from '../calls/requests.ts';
import type { ResponseLimits } from '../calls/response-limit.ts';
import { describeStoreRequest, type StoreRequest, unsupported } from '../calls/store-service.ts';
import { streaming } from '../calls/streaming.ts';
import type { StoreAccess } from '../stores/store-access.ts';
import type { StoreTarget } from '../stores/store-target.ts';
import { batchGetResponse } from './batch-get-response.ts';
import { type Changes, PendingChanges } from './pending-changes.ts';
import { WatchLimiter } from './watch-limiter.ts';

/** How calls are run, how their backend is found, and the bounds of batches and watches. */
export interface ExtensionServiceOptions {
  readonly runtime: CallRuntime;
  readonly access: StoreAccess;
  readonly limits: ResponseLimits & {
    /** Watches at a time. */
    readonly watches: number;
  };
  /** Aborts when watches have to go, so that none keeps a stopping process alive. */
  readonly stopping: AbortSignal;
}

/** A watch ends after this long, milliseconds: the next one is judged anew by store and namespaces as they are then. */
const WATCH_MS = 600_000;

/** `provider.ext.v1alpha1.StoreExtensionService` over those backends that offer its methods. */
export function extensionService(options: ExtensionServiceOptions): ServiceImpl<typeof StoreExtensionService> {
  const { runtime, access, limits } = options;
  const rpc = StoreExtensionService.method;
  const room = new WatchLimiter(limits.watches);
  return {
    batchGet: unary(runtime, {
      method: rpc.batchGet,
      describe: (request) => ({ ...describeStoreRequest(request), refs: request.remoteRefs.length }),
      handle: async (request, signal) => {
        const refs = request.remoteRefs.map((ref, index) => remoteRefOf(ref, `remote_refs[${index}]`));
        checkCount(refs.length);
        const target = await access.target(request, { freshness: 'recent', about: 'secrets', signal });
        checkFeature(target, 'batch', 'BatchGet');
        return access.use(target, { freshness: 'recent', signal }, async ({ backend, call, failed }) => {
          const outcomes = await offered(backend, 'batchGet')(refs, call);
          for (const outcome of outcomes) if ('error' in outcome) failed(outcome.error);
          logOutcomes(runtime.logger, outcomes, { method: methodPath(rpc.batchGet), ...describeStoreRequest(request) });
          return batchGetResponse(outcomes, limits);
        });
      },
    }),
    watch: streaming(runtime, {
      method: rpc.watch,
      describe: describeStoreRequest,
      handle: (request, signal) => watch(request, { ...options, room, signal }),
    }),
  };
}

async function* watch(
  request: StoreRequest,
  {
    access,
    runtime: { clock },
    room,
    stopping,
    signal,
  }: ExtensionServiceOptions & { readonly room: WatchLimiter; readonly signal: AbortSignal },
): AsyncGenerator<Changes, void> {
  const target = await access.target(request, { freshness: 'recent', about: 'store', signal });
  checkFeature(target, 'watch', 'Watch');
  const leave = room.acquire(target.requester.namespace);
  const pending = new PendingChanges();
  const ended = new AbortController();
  const cancelEnd = clock.schedule(WATCH_MS, () => pending.close());
  const releaseCall = onAbort(signal, (error) => pending.close({ error }));
  const releaseServer = onAbort(stopping, () => pending.close({ error: stops() }));
  follow(target, access, pending, AbortSignal.any([signal, ended.signal]));
  try {
    yield* pending.read();
  } finally {
    cancelEnd();
    releaseCall();
    releaseServer();
    ended.abort(new DOMException('the watch has ended', 'AbortError'));
    leave();
  }
}

/** Hands on what the backend tells, until `signal` aborts or the backend is to be another one. */
function follow(target: StoreTarget, access: StoreAccess, pending: PendingChanges, signal: AbortSignal): void {
  access
    .use(target, { freshness: 'recent', signal }, async ({ backend, call, retired }) => {
      const changes = (await offered(backend, 'watch')(call))[Symbol.asyncIterator]();
      try {
        pending.begin();
        if (retired.aborted) return;
        retired.addEventListener('abort', () => pending.close(), { once: true });
        for (;;) {
          const next = await abortable(changes.next(), signal);
          if (next.done === true) return;
          pending.add(next.value);
        }
      } finally {
        void changes.return?.().catch(() => undefined);
      }
    })
    .then(
      () => pending.close(),
      (error: unknown) => pending.close({ error }),
    );
}

/** A method that a kind claims; the backend may lack it all the same. */
function offered<M extends 'batchGet' | 'watch'>(backend: Backend, method: M): NonNullable<Backend[M]> {
  const own = backend[method];
  if (!own) throw unsupported(method === 'watch' ? 'Watch' : 'BatchGet');
  return own.bind(backend) as NonNullable<Backend[M]>;
}

function checkFeature({ kind }: StoreTarget, feature: 'batch' | 'watch', operation: string): void {
  if (!kind.features.includes(feature)) throw unsupported(operation);
}

function checkCount(count: number): void {
  if (count === 0) throw new ProviderError('INVALID_REQUEST', 'remote_refs is required', { field: 'remote_refs' });
  const { batchRefs } = contractLimits;
  if (count > batchRefs)
    throw new ProviderError(
      'LIMIT_EXCEEDED',
      `the batch has ${count} references, more than the limit of ${batchRefs}`,
      {
        field: 'remote_refs',
        nextStep: 'ask for less at once',
      },
    );
}

function stops(): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', 'the provider is stopping', {
    nextStep: 'nothing: the watch is repeated and reaches another process',
  });
}
