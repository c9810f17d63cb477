import { ProviderError } from '../../contract/provider-error.ts';
import type { GeneratorRef } from '../../gen/generator/v1/generator_pb.js';
import type { BackendPool } from '../backends/backend-pool.ts';
import type { HeavyCalls } from '../calls/heavy-calls.ts';
import type { KindDefinition } from '../define-kind.ts';
import type { ConfigObject, ConfigReader, ObjectKind } from '../stores/config-reader.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { NAMESPACE, OBJECT_NAME } from '../stores/store-target.ts';
import type { GeneratorDefinition } from './define-generator.ts';
import type { GeneratorCall, OpenGenerator } from './generator.ts';

/** The kinds that are served, and what their configs and credentials are read with. */
export interface GeneratorAccessOptions {
  readonly generators: readonly GeneratorDefinition[];
  readonly configs: ConfigReader;
  readonly backends: BackendPool;
  readonly heavy: HeavyCalls;
}

/** What every request of the generator service has. */
export interface GeneratorRequest {
  readonly generatorRef?: GeneratorRef | undefined;
  readonly sourceNamespace: string;
}

/** A request's generator: what it names, and on whose behalf. Checked; nothing is read yet. */
export interface GeneratorTarget {
  readonly name: string;
  readonly namespace: string;
  /** Absent when it is named by a ClusterGenerator, which says the kind itself. */
  readonly generator?: GeneratorDefinition;
}

/** The use of one generator by one call. */
export interface GeneratorUse {
  readonly generator: OpenGenerator;
  readonly call: GeneratorCall;
}

const CLUSTER_API_VERSION = 'generators.external-secrets.io/v1alpha1';
const CLUSTER: ObjectKind = {
  apiVersion: CLUSTER_API_VERSION,
  kind: 'ClusterGenerator',
  place: {
    tag: 'object',
    group: 'generators.external-secrets.io',
    version: 'v1alpha1',
    plural: 'clustergenerators',
    scope: 'Cluster',
  },
};

/** The way from a request's reference to an opened generator: namespace rule, object, config, credentials. */
export class GeneratorAccess {
  readonly #options: GeneratorAccessOptions;
  /** Configs of ClusterGenerators, decoded once for each version that was read. */
  readonly #decoded = new WeakMap<ConfigObject, ConfigObject>();

  constructor(options: GeneratorAccessOptions) {
    this.#options = options;
  }

  /**
   * Reads the reference of a request. A generator is used by its own namespace; others use a ClusterGenerator.
   * @throws ProviderError INVALID_REQUEST, UNSUPPORTED (naming what is served), NAMESPACE_NOT_ALLOWED.
   */
  target({ generatorRef: ref, sourceNamespace }: GeneratorRequest): GeneratorTarget {
    if (!ref) throw invalid('generator_ref', 'is required');
    const { apiVersion, kind, name, namespace } = ref;
    // Names become part of API paths: whatever is no name stays out.
    if (!OBJECT_NAME.test(name)) throw invalid('generator_ref.name', 'is no name of a Kubernetes object');
    if (!sourceNamespace) throw invalid('source_namespace', 'is required');
    if (!NAMESPACE.test(sourceNamespace)) throw invalid('source_namespace', 'is no name of a namespace');
    if (namespace && namespace !== sourceNamespace)
      throw new ProviderError(
        'NAMESPACE_NOT_ALLOWED',
        `${sourceNamespace} may not use a generator of another namespace`,
        {
          field: 'generatorRef.namespace',
          nextStep: 'use a generator of the own namespace, or ask an administrator for a ClusterGenerator',
        },
      );
    const target = { name, namespace: sourceNamespace };
    if (apiVersion === CLUSTER_API_VERSION && kind === CLUSTER.kind) return target;
    return { ...target, generator: this.#served(apiVersion, kind) };
  }

  /**
   * Runs `use` with the generator of a target; a ClusterGenerator names its kind itself.
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE, or what `use` throws.
   */
  async use<T>(target: GeneratorTarget, signal: AbortSignal, use: (use: GeneratorUse) => Promise<T>): Promise<T> {
    const { backends, heavy } = this.#options;
    const requester = { namespace: target.namespace };
    const { kind, config } = await this.#config(target, signal);
    const credentials: CredentialScope = {
      kind: 'ownNamespace',
      namespace: target.namespace,
      ...(target.generator ? {} : { administrators: true }),
    };
    return backends.use({ kind, config, credentials }, signal, ({ backend }) => {
      const work = heavy.forCall({ tenant: target.namespace, signal });
      // The pool gives back what `defineGenerator` opened, with a guard around its functions.
      return use({ generator: backend as unknown as OpenGenerator, call: { signal, requester, work } });
    });
  }

  /** What was corrected counts at once: a generator is asked seldom, and what it makes stays. */
  async #config(
    { generator, name, namespace }: GeneratorTarget,
    signal: AbortSignal,
  ): Promise<{ readonly kind: KindDefinition; readonly config: ConfigObject }> {
    const { configs } = this.#options;
    const look = { freshness: 'now', signal, field: 'generatorRef' } as const;
    if (!generator) {
      const object = await configs.read(CLUSTER, { namespace: '', name }, look);
      return this.#inCluster(object);
    }
    const { own } = generator;
    if (own.place.tag !== 'object') throw new TypeError('a generator has objects of its own');
    return { kind: own, config: await configs.read({ ...own, place: own.place }, { namespace, name }, look) };
  }

  #inCluster(object: ConfigObject): { readonly kind: KindDefinition; readonly config: ConfigObject } {
    const { kind: named, generator } = object.spec as { readonly kind?: unknown; readonly generator?: unknown };
    const kinds = this.#options.generators.flatMap(({ cluster }) => cluster ?? []);
    const kind = kinds.find((served) => served.kind === named);
    if (kind?.place.tag !== 'inline') {
      const served = kinds.map((other) => other.kind).join(', ');
      throw new ProviderError(
        'UNSUPPORTED',
        `this provider does not serve what ClusterGenerator ${object.source.name} names`,
        {
          field: 'spec.kind',
          nextStep: served ? `use one of: ${served}` : 'use a generator of the own namespace',
        },
      );
    }
    const { place } = kind;
    const value: unknown = Object.entries(generator ?? {}).find(([name]) => name === place.key)?.[1];
    if (value === undefined || value === null)
      throw new ProviderError(
        'CONFIG_INVALID',
        `ClusterGenerator ${object.source.name} has no spec.generator.${place.key}`,
        {
          field: `spec.generator.${place.key}`,
          nextStep: `put there what a ${kind.kind} has as its spec`,
        },
      );
    const config = this.#decoded.get(object) ?? { source: object.source, spec: place.decode(value) };
    this.#decoded.set(object, config);
    return { kind, config };
  }

  #served(apiVersion: string, kind: string): GeneratorDefinition {
    const { generators } = this.#options;
    const known = generators.find(({ own }) => own.apiVersion === apiVersion && own.kind === kind);
    if (known) return known;
    if (apiVersion.split('/').length !== 2)
      throw invalid('generator_ref.api_version', 'is not of the form group/version');
    if (!kind) throw invalid('generator_ref.kind', 'is required');
    throw new ProviderError('UNSUPPORTED', `this provider does not serve generator ${kind} of ${apiVersion}`, {
      field: 'generatorRef',
      nextStep: `use one of: ${generators.map(({ own }) => `${own.kind} (${own.apiVersion})`).join(', ')}`,
    });
  }
}

function invalid(field: string, problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field });
}
