import { type ErrorCode, errorCodes, type ProviderClient, type ProviderEndpoint, ProviderError } from '@eso/api/client';
import type { Answer, DataSource, ExtractSource, FindSource, Problem, Source } from '@eso/sync';
import type { Call } from './gather.ts';

/** What a provider answers when whatever had been asked of this store would have failed. */
const STORE_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'CONFIG_NOT_READABLE',
  'CREDENTIALS_UNUSABLE',
  'CREDENTIALS_REJECTED',
  'BACKEND_UNAVAILABLE',
  'TIMEOUT',
]);

/** A source that could not be fetched; `cause` is the provider's own error. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  override readonly cause: ProviderError;
  /** The failure as the user reads it, with the path of the field that asked. */
  readonly problem: Problem;
  readonly call: Call;

  constructor(call: Call, cause: ProviderError) {
    super(cause.publicMessage, { cause });
    this.cause = cause;
    this.call = call;
    const { code, publicMessage, nextStep } = cause;
    this.problem = { code, field: fieldOf(call.source, cause), publicMessage, nextStep };
  }

  /** Whether it is the store that failed, not what was asked of it, so that its own readiness is in doubt. */
  get concernsStore(): boolean {
    const { code } = this.cause;
    return errorCodes[code].origin === 'transport' || STORE_FAILURES.has(code);
  }
}

/**
 * Fetches from providers. Calls that ask the same of the same store while one is under way share its answer, so that many
 * ExternalSecrets with one remote ref cost the backend one call (DESIGN D14).
 */
export class Fetcher {
  readonly #client: (endpoint: ProviderEndpoint) => ProviderClient;
  readonly #lifetime: AbortSignal;
  readonly #underWay = new Map<string, Promise<Uint8Array | ReadonlyMap<string, Uint8Array>>>();

  /**
   * @param options.client the client for an endpoint
   * @param options.lifetime ends every call; a shared call outlives the reconcile that began it
   */
  constructor(options: { client: (endpoint: ProviderEndpoint) => ProviderClient; lifetime: AbortSignal }) {
    this.#client = options.client;
    this.#lifetime = options.lifetime;
  }

  /**
   * Makes all calls at once and returns the answers in the order of the calls.
   * @throws FetchError of the first call, in order, that failed
   */
  async fetchAll(calls: readonly Call[]): Promise<Answer[]> {
    const outcomes = await Promise.allSettled(calls.map((call) => this.#fetch(call)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  async #fetch(call: Call): Promise<Answer> {
    const { source } = call;
    try {
      const answer = await this.#share(call);
      if (source.kind === 'data') return { source, value: answer as Uint8Array };
      return { source, values: answer as ReadonlyMap<string, Uint8Array> };
    } catch (error) {
      throw new FetchError(call, ProviderError.from(error));
    }
  }

  #share(call: Call): Promise<Uint8Array | ReadonlyMap<string, Uint8Array>> {
    const key = shareKey(call);
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const answer = this.#call(call).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer;
  }

  async #call({
    source,
    endpoint,
    providerRef,
    sourceNamespace,
  }: Call): Promise<Uint8Array | ReadonlyMap<string, Uint8Array>> {
    const client = this.#client(endpoint);
    const common = { providerRef, sourceNamespace };
    const options = { signal: this.#lifetime };
    switch (source.kind) {
      case 'data':
        return client.getSecret({ ...common, remoteRef: remoteRef(source) }, options);
      case 'extract':
        return client.getSecretMap({ ...common, remoteRef: remoteRef(source) }, options);
      case 'find':
        return client.getAllSecrets({ ...common, find: find(source) }, options);
    }
  }
}

function remoteRef({ ref }: DataSource | ExtractSource) {
  const { key, version, property, decodingStrategy, metadataPolicy } = ref;
  return {
    key,
    version: version ?? '',
    property: property ?? '',
    decodingStrategy: decodingStrategy ?? 'None',
    metadataPolicy: metadataPolicy ?? 'None',
  };
}

function find({ find: wanted }: FindSource) {
  const { path, name, tags, conversionStrategy, decodingStrategy } = wanted;
  return {
    path: path ?? '',
    tags: tags ?? {},
    conversionStrategy: conversionStrategy ?? 'Default',
    decodingStrategy: decodingStrategy ?? 'None',
    ...(name?.regexp === undefined ? {} : { name: { regexp: name.regexp } }),
  };
}

/** Two calls with the same key get the same answer from the same backend under the same rights. */
function shareKey({ source, endpoint, providerRef, sourceNamespace }: Call): string {
  const { storeUid, storeGeneration, namespace, authNamespace } = providerRef;
  const wanted = source.kind === 'find' ? find(source) : remoteRef(source);
  return JSON.stringify([
    endpoint.id,
    storeUid,
    `${storeGeneration}`,
    namespace,
    authNamespace,
    sourceNamespace,
    source.kind,
    wanted,
  ]);
}

/** Where in the ExternalSecret the user has to look. */
function fieldOf(source: Source, { code, field }: ProviderError): string {
  const ref = source.kind === 'data' ? `${source.field}.remoteRef` : source.field;
  switch (code) {
    case 'SECRET_NOT_FOUND':
      return source.kind === 'find' ? ref : `${ref}.key`;
    case 'PROPERTY_NOT_FOUND':
      return `${ref}.property`;
    case 'INVALID_REGEXP':
      return `${ref}.name.regexp`;
    default:
      return field === undefined ? ref : `${ref} (${field})`;
  }
}
