import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  coarseCapabilities,
  type Feature,
  features,
  isFeature,
  limits,
  type ProtocolRange,
  ProviderError,
  publicText,
  retryRule,
} from '@eso/api/contract';
import {
  type CapabilitiesResponse,
  type GetAllSecretsRequestSchema,
  type GetSecretMapRequestSchema,
  type GetSecretRequestSchema,
  Health,
  HealthCheckResponse_ServingStatus,
  type ProviderReferenceSchema,
  SecretStoreCapabilities,
  SecretStoreProvider,
  type ValidateResponse,
} from '@eso/api/stubs';
import type { EndpointCalls } from './endpoint-calls.ts';
import { checkFind, checkRemoteRef } from './request-bounds.ts';

const methods = SecretStoreProvider.method;

/** What every call takes. */
export interface ProviderCallOptions {
  /** Ends the call, which then fails with CANCELED. */
  readonly signal: AbortSignal;
}

/** What a provider says about its config. */
export type ProviderValidation =
  | { readonly kind: 'valid'; readonly warnings: string[] }
  /** The provider cannot tell, for example because the credentials are each requester's own. */
  | { readonly kind: 'unknown'; readonly warnings: string[] }
  /** `message` is in the provider's words, which no detail vouches for, or empty; who shows it says so. */
  | { readonly kind: 'invalid'; readonly message: string; readonly warnings: string[] };

/** What a provider says that a kind can be used for. A part that it does not say, or that is not understood, is absent. */
export interface ProviderCapabilities {
  /**
   * In one word. A peer without a set that answers READ_ONLY cannot be told from one that answers nothing at all, so that
   * is absent, too.
   */
  readonly coarse?: 'ReadOnly' | 'WriteOnly' | 'ReadWrite';
  /** The features of the set that core knows, in the contract's order. */
  readonly features?: readonly Feature[];
  readonly protocol?: ProtocolRange;
}

/** A provider as core sees it. Every method throws ProviderError and nothing else. */
export interface ProviderClient {
  /** One value. */
  getSecret(
    request: MessageInitShape<typeof GetSecretRequestSchema>,
    options: ProviderCallOptions,
  ): Promise<Uint8Array>;
  /** One secret as several values. */
  getSecretMap(
    request: MessageInitShape<typeof GetSecretMapRequestSchema>,
    options: ProviderCallOptions,
  ): Promise<Map<string, Uint8Array>>;
  /** All secrets that match. */
  getAllSecrets(
    request: MessageInitShape<typeof GetAllSecretsRequestSchema>,
    options: ProviderCallOptions,
  ): Promise<Map<string, Uint8Array>>;
  /** Whether the provider can work with a config. */
  validate(ref: ProviderRefInit, sourceNamespace: string, options: ProviderCallOptions): Promise<ProviderValidation>;
  /** What the provider can do with a config. */
  capabilities(
    ref: ProviderRefInit,
    sourceNamespace: string,
    options: ProviderCallOptions,
  ): Promise<ProviderCapabilities>;
  /** Resolves when the provider says that it is serving. */
  checkHealth(options: ProviderCallOptions): Promise<void>;
}

type ProviderRefInit = MessageInitShape<typeof ProviderReferenceSchema>;

/** Most warnings of one validation that are passed on. */
const MAX_WARNINGS = 20;

/** The methods of the contract on top of the calls to one endpoint. */
export class EndpointClient implements ProviderClient {
  readonly #calls: EndpointCalls;
  readonly #deadlineMs: number;

  /** @param deadlineMs budget of each call */
  constructor(calls: EndpointCalls, deadlineMs: number) {
    this.#calls = calls;
    this.#deadlineMs = deadlineMs;
  }

  async getSecret(message: MessageInitShape<typeof GetSecretRequestSchema>, { signal }: ProviderCallOptions) {
    checkRemoteRef(message.remoteRef);
    const { value } = await this.#calls.call({
      ...this.#read(message.sourceNamespace, signal),
      method: methods.getSecret,
      message,
    });
    return value;
  }

  async getSecretMap(message: MessageInitShape<typeof GetSecretMapRequestSchema>, { signal }: ProviderCallOptions) {
    checkRemoteRef(message.remoteRef);
    const { secrets } = await this.#calls.call({
      ...this.#read(message.sourceNamespace, signal),
      method: methods.getSecretMap,
      message,
    });
    return new Map(Object.entries(secrets));
  }

  async getAllSecrets(message: MessageInitShape<typeof GetAllSecretsRequestSchema>, { signal }: ProviderCallOptions) {
    checkFind(message.find);
    const { secrets } = await this.#calls.call({
      ...this.#read(message.sourceNamespace, signal),
      method: methods.getAllSecrets,
      message,
    });
    return new Map(Object.entries(secrets));
  }

  async validate(providerRef: ProviderRefInit, sourceNamespace: string, { signal }: ProviderCallOptions) {
    const message = { providerRef, sourceNamespace };
    return validationOf(
      await this.#calls.call({ ...this.#read(sourceNamespace, signal), method: methods.validate, message }),
    );
  }

  async capabilities(providerRef: ProviderRefInit, sourceNamespace: string, { signal }: ProviderCallOptions) {
    const message = { providerRef, sourceNamespace };
    const answer = await this.#calls.call({
      ...this.#read(sourceNamespace, signal),
      method: methods.capabilities,
      message,
    });
    return capabilitiesOf(answer);
  }

  async checkHealth({ signal }: ProviderCallOptions): Promise<void> {
    const deadlineMs = Math.min(limits.healthDeadlineMs, this.#deadlineMs);
    const { status } = await this.#calls.call({
      method: Health.method.check,
      message: { service: '' },
      rule: 'read',
      tenant: '',
      deadlineMs,
      signal,
    });
    if (status !== HealthCheckResponse_ServingStatus.SERVING) {
      throw new ProviderError('PROVIDER_UNREACHABLE', 'the provider says that it is not serving');
    }
  }

  #read(tenant: string | undefined, signal: AbortSignal) {
    return { rule: retryRule(methods.getSecret), tenant: tenant ?? '', deadlineMs: this.#deadlineMs, signal };
  }
}

/** Texts come from another process: they are bounded and put on one line before anybody shows them. */
function validationOf({ valid, error, warnings, validationUnknown }: ValidateResponse): ProviderValidation {
  const told = warnings.slice(0, MAX_WARNINGS).map(publicText);
  if (!valid) return { kind: 'invalid', message: publicText(error), warnings: told };
  return { kind: validationUnknown ? 'unknown' : 'valid', warnings: told };
}

function capabilitiesOf(answer: CapabilitiesResponse): ProviderCapabilities {
  const told = answer.features.length > 0 ? new Set(answer.features.filter(isFeature)) : undefined;
  const coarse = (told && coarseCapabilities(told)) ?? coarseOf(answer.capabilities);
  const { protocolMin: min, protocolMax: max } = answer;
  return {
    ...(coarse === undefined ? {} : { coarse }),
    ...(told === undefined ? {} : { features: features.filter((feature) => told.has(feature)) }),
    ...(max === 0 ? {} : { protocol: { min, max } }),
  };
}

function coarseOf(value: SecretStoreCapabilities): ProviderCapabilities['coarse'] {
  switch (value) {
    case SecretStoreCapabilities.READ_WRITE:
      return 'ReadWrite';
    case SecretStoreCapabilities.WRITE_ONLY:
      return 'WriteOnly';
    default:
      // The zero value, and what a later version of the contract may add.
      return undefined;
  }
}
