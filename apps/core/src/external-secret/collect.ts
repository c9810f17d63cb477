import { randomBytes } from 'node:crypto';
import { type ErrorCode, errorCodes, ProviderError } from '@eso/api/contract';
import type { ProviderClient, ProviderEndpoint } from '@eso/client';
import { SingleFlight } from '@eso/runtime';
import type { Answer, DataSource, ExtractSource, FindSource, Problem } from '@eso/sync';
import { failedField } from './failed-field.ts';
import type { Call } from './gather.ts';

/** What a provider answers when whatever had been asked of this store would have failed. */
const STORE_FAILURES: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'CONFIG_NOT_READABLE',
  'STORE_NOT_FOUND',
  'STORE_NOT_READABLE',
  'STORE_MISMATCH',
  'CREDENTIALS_UNUSABLE',
  'CREDENTIALS_REJECTED',
  'BACKEND_UNAVAILABLE',
  'TIMEOUT',
]);

/** What core makes of one answer: whatever else is asked of the store is answered as before. */
const ANSWER_FAILURES: ReadonlySet<ErrorCode> = new Set(['ANSWER_BROKEN', 'RESPONSE_TOO_LARGE']);

/** What came of one source; the causes are different things to a deletion policy, so each stays what it is. */
export type SourceOutcome =
  | { readonly kind: 'data'; readonly answer: Answer }
  /** It was asked for by name and is not there. */
  | { readonly kind: 'absent'; readonly call: Call; readonly problem: Problem }
  | {
      readonly kind: 'failed';
      readonly call: Call;
      readonly problem: Problem;
      /** Whether it is the store that failed, not what was asked of it, so that it has to be validated again. */
      readonly concernsStore: boolean;
    };

/**
 * Asks providers. Calls that ask the same of the same store while one is under way share its answer, so that many
 * ExternalSecrets with one remote ref cost the backend one call.
 */
export class Collector {
  readonly #client: (endpoint: ProviderEndpoint) => ProviderClient;
  readonly #lifetime: AbortSignal;
  readonly #flights = new SingleFlight();

  /**
   * @param options.client the client for an endpoint
   * @param options.lifetime ends every call; a shared call outlives the reconcile that began it
   */
  constructor(options: { client: (endpoint: ProviderEndpoint) => ProviderClient; lifetime: AbortSignal }) {
    this.#client = options.client;
    this.#lifetime = options.lifetime;
  }

  /** Makes all calls at once; one outcome each, in the order of the calls. Never throws. */
  collect(calls: readonly Call[]): Promise<SourceOutcome[]> {
    // Providers read once what several sources of one sync need; the next sync reads anew.
    const traceId = randomBytes(16).toString('hex');
    return Promise.all(calls.map((call) => this.#fetch(call, traceId)));
  }

  async #fetch(call: Call, traceId: string): Promise<SourceOutcome> {
    const { source } = call;
    try {
      // A shared call outlives the reconcile that began it; its client ends it with the lifetime.
      const answer = await this.#flights.run(shareKey(call), undefined, () => this.#call(call, traceId));
      if (source.kind === 'data') return { kind: 'data', answer: { source, value: answer as Uint8Array } };
      return { kind: 'data', answer: { source, values: answer as ReadonlyMap<string, Uint8Array> } };
    } catch (thrown) {
      const error = ProviderError.from(thrown);
      const { code, publicMessage, nextStep } = error;
      const problem = { code, field: failedField(source, error), publicMessage, nextStep };
      // A search that finds nothing is an empty answer: nothing that was asked for by name is missing.
      if (code === 'SECRET_NOT_FOUND' && source.kind !== 'find') return { kind: 'absent', call, problem };
      const isUnheard = errorCodes[code].origin === 'transport' && !ANSWER_FAILURES.has(code);
      const concernsStore = isUnheard || STORE_FAILURES.has(code);
      return { kind: 'failed', call, problem, concernsStore };
    }
  }

  async #call(
    { source, endpoint, providerRef, sourceNamespace }: Call,
    traceId: string,
  ): Promise<Uint8Array | ReadonlyMap<string, Uint8Array>> {
    const client = this.#client(endpoint);
    const common = { providerRef: { ...providerRef, traceId }, sourceNamespace };
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
