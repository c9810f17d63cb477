import type { ServiceImpl } from '@connectrpc/connect';
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { ProviderError } from '../../contract/provider-error.ts';
import { coarseCapabilities, type Feature, protocolRange } from '../../contract/features.ts';
import { publicText } from '../../contract/public-text.ts';
import {
  type CapabilitiesResponseSchema,
  type ProviderReference,
  SecretStoreCapabilities,
  SecretStoreProvider,
  type ValidateResponseSchema,
} from '../../gen/provider/v1/provider_pb.js';
import type { Backend, CallContext, Validation } from '../backend.ts';
import { checkClaims } from '../claimed-features.ts';
import { type CallRuntime, unary } from './call.ts';
import { findOf, pushedRefOf, pushOf, remoteRefOf } from './requests.ts';
import { checkMap, checkValue, type ResponseLimits } from './response-limit.ts';
import { RequesterNeeded } from '../backends/requester-needed.ts';
import type { BackendUse, StoreAccess } from '../stores/store-access.ts';
import { requesterOf, type StoreTarget, type TargetLookup } from '../stores/store-target.ts';

/** How calls are run, how their backend is found, and how large an answer may be. */
export interface StoreServiceOptions {
  readonly runtime: CallRuntime;
  readonly access: StoreAccess;
  readonly limits: ResponseLimits;
}

/** What every request of the store service has. */
export interface StoreRequest {
  readonly providerRef?: ProviderReference | undefined;
  readonly sourceNamespace: string;
}

type Handler<Subject, I extends DescMessage, O extends DescMessage, More extends unknown[]> = (
  subject: Subject,
  request: MessageShape<I>,
  ...more: More
) => Promise<MessageInitShape<O>>;

/** How a method comes from a request to what it is about. */
function methodsOver({ runtime, access }: Pick<StoreServiceOptions, 'runtime' | 'access'>) {
  /** A method that is about the store itself. */
  function onTarget<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    look: Omit<TargetLookup, 'signal'>,
    handle: Handler<StoreTarget, I, O, [signal: AbortSignal]>,
  ): ReturnType<typeof unary<I, O>> {
    return unary(runtime, {
      method,
      describe: (request) => describeStoreRequest(storeRequest(request)),
      handle: async (request, signal) =>
        handle(await access.target(storeRequest(request), { ...look, signal }), request, signal),
    });
  }

  /** A method that is answered by a backend. */
  function onBackend<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    handle: Handler<Backend, I, O, [call: CallContext]>,
    { writes = false } = {},
  ): ReturnType<typeof unary<I, O>> {
    return onTarget(method, { freshness: 'recent', about: 'secrets' }, (target, request, signal) =>
      access.use(target, { freshness: 'recent', signal }, async ({ backend, call, written }) => {
        try {
          return await handle(backend, request, call);
        } finally {
          // Part of it may have happened where it fails.
          if (writes) written();
        }
      }),
    );
  }

  return { onTarget, onBackend };
}

/** `provider.v1.SecretStoreProvider` over the backends of a provider. */
export function storeService({ limits, ...over }: StoreServiceOptions): ServiceImpl<typeof SecretStoreProvider> {
  const rpc = SecretStoreProvider.method;
  const { onTarget, onBackend } = methodsOver(over);
  return {
    getSecret: onBackend(rpc.getSecret, async (backend, request, call) => {
      if (!backend.getSecret) throw unsupported('GetSecret');
      const value = await backend.getSecret(remoteRefOf(request.remoteRef), call);
      checkValue(value, limits, { field: 'remoteRef.key' });
      return { value };
    }),
    getSecretMap: onBackend(rpc.getSecretMap, async (backend, request, call) => {
      if (!backend.getSecretMap) throw unsupported('GetSecretMap');
      return secretsOf(await backend.getSecretMap(remoteRefOf(request.remoteRef), call), limits, 'remoteRef.key');
    }),
    getAllSecrets: onBackend(rpc.getAllSecrets, async (backend, request, call) => {
      if (!backend.getAllSecrets) throw unsupported('GetAllSecrets');
      return secretsOf(await backend.getAllSecrets(findOf(request.find, call), call), limits, 'find');
    }),
    pushSecret: onBackend(
      rpc.pushSecret,
      async (backend, request, call) => {
        if (!backend.pushSecret) throw unsupported('PushSecret');
        await backend.pushSecret(pushOf(request), call);
        return {};
      },
      { writes: true },
    ),
    deleteSecret: onBackend(
      rpc.deleteSecret,
      async (backend, request, call) => {
        if (!backend.deleteSecret) throw unsupported('DeleteSecret');
        await backend.deleteSecret(pushedRefOf(request.remoteRef), call);
        return {};
      },
      { writes: true },
    ),
    secretExists: onBackend(rpc.secretExists, async (backend, request, call) => {
      if (!backend.secretExists) throw unsupported('SecretExists');
      return { exists: await backend.secretExists(pushedRefOf(request.remoteRef), call) };
    }),
    validate: onTarget(rpc.validate, { freshness: 'now', about: 'store' }, async (target, request, signal) => {
      const answer = await validate(over.access, target, signal);
      if (answer.error !== undefined)
        over.runtime.logger.info(describeStoreRequest(request), `store is not valid: ${answer.error}`);
      return answer;
    }),
    capabilities: onTarget(rpc.capabilities, { freshness: 'recent', about: 'store' }, ({ kind }) =>
      Promise.resolve(capabilitiesOf(kind.features)),
    ),
  };
}

/** Whether a store can be used: by a look at its backend, as far as that does not depend on who asks. */
async function validate(
  access: StoreAccess,
  target: StoreTarget,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof ValidateResponseSchema>> {
  const look = { freshness: 'now', signal } as const;
  const validated = async ({ backend, call, warnings, discard }: BackendUse) => {
    checkClaims(target.kind.kind, target.kind.features, backend);
    const validation = (await backend.validate?.(call)) ?? { kind: 'valid' };
    if (validation.kind === 'invalid') discard();
    return validationOf(validation, warnings());
  };
  if (target.grant) return access.use(target, look, validated);
  const warnings = await access.check(target, look);
  try {
    return await access.useUnasked(target, look, validated);
  } catch (error) {
    if (error instanceof RequesterNeeded) return validationOf({ kind: 'unknown' }, warnings);
    throw error;
  }
}

/** The two fields that all requests share, which the type of a generic request does not show. */
function storeRequest(request: object): StoreRequest {
  return request as StoreRequest;
}

/** What the log says about a request. */
export function describeStoreRequest({ providerRef, sourceNamespace }: StoreRequest): Record<string, unknown> {
  return {
    requester: requesterOf(providerRef, sourceNamespace),
    store: providerRef && { kind: providerRef.storeRefKind, name: providerRef.storeName },
    config: providerRef && {
      kind: providerRef.kind,
      namespace: providerRef.namespace || sourceNamespace,
      name: providerRef.name,
    },
    traceId: providerRef?.traceId,
  };
}

function secretsOf(
  secrets: ReadonlyMap<string, Uint8Array>,
  limits: ResponseLimits,
  field: string,
): { secrets: Record<string, Uint8Array> } {
  checkMap(secrets, limits, { field });
  return { secrets: Object.fromEntries(secrets) };
}

const COARSE = {
  ReadOnly: SecretStoreCapabilities.READ_ONLY,
  WriteOnly: SecretStoreCapabilities.WRITE_ONLY,
  ReadWrite: SecretStoreCapabilities.READ_WRITE,
} as const;

function capabilitiesOf(features: readonly Feature[]): MessageInitShape<typeof CapabilitiesResponseSchema> {
  const { min, max } = protocolRange;
  return {
    capabilities: COARSE[coarseCapabilities(features) ?? 'ReadOnly'],
    features: [...features],
    protocolMin: min,
    protocolMax: max,
  };
}

/** A core that does not know field 100 takes "unknown" for valid, as upstream's does. */
function validationOf(
  validation: Validation,
  ofConfig: readonly string[],
): MessageInitShape<typeof ValidateResponseSchema> {
  const warnings = [...ofConfig, ...(validation.warnings ?? [])].map(publicText);
  switch (validation.kind) {
    case 'valid':
      return { valid: true, warnings };
    case 'unknown':
      return { valid: true, validationUnknown: true, warnings };
    case 'invalid':
      return { valid: false, error: publicText(validation.message), warnings };
  }
}

/** The failure of an operation that a kind does not implement: UNSUPPORTED. */
export function unsupported(operation: string): ProviderError {
  return new ProviderError('UNSUPPORTED', `this kind does not offer ${operation}`);
}
