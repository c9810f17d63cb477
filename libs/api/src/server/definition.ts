import type { Backend } from './backend.ts';
import type { OpenContext } from './open-context.ts';

/** Everything one provider process serves. */
export interface ProviderDefinition {
  /** Short name: `aws`. Names the process in logs. */
  readonly name: string;
  /** Config kinds; each apiVersion and kind once. */
  readonly kinds: readonly KindDefinition[];
}

/** What a store of a kind can be used for. */
export type Capabilities = 'ReadOnly' | 'WriteOnly' | 'ReadWrite';

/** Something wrong with a config object that its schema cannot express. */
export interface ConfigProblem {
  /** Path from the object's root: `spec.data[2].value`. */
  readonly field: string;
  readonly problem: string;
  readonly nextStep: string;
}

/** One kind of config object and how to open a backend for it. */
export interface KindOptions<Config> {
  /** `provider.external-secrets.io/v2alpha1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** Name of the kind in API paths: `secretsmanagers`. */
  readonly plural: string;
  readonly capabilities: Capabilities;
  /** Label `provider` of `externalsecret_provider_api_calls_count`: `AWS/SecretsManager`. */
  readonly metricName: string;
  /** What the schema cannot express. The first problem is reported as CONFIG_INVALID, in answers to every call. */
  checkConfig?(config: Config): ConfigProblem[];
  /**
   * Opens the backend. May read credentials; must not keep state outside of what it returns, unless keyed by `source.uid`.
   * @throws ProviderError, as the methods of Backend.
   */
  open(context: OpenContext<Config>): Backend | Promise<Backend>;
}

declare const configOf: unique symbol;

/** A kind whose config type is known to its own functions only; made by `defineKind`. */
export interface KindDefinition extends Omit<KindOptions<never>, 'checkConfig' | 'open'> {
  readonly [configOf]?: never;
  readonly group: string;
  readonly version: string;
  checkConfig(config: unknown): ConfigProblem[];
  open(context: OpenContext<unknown>): Promise<Backend>;
}

/** Defines one kind of a provider. `Config` is the type of the config object's `spec`. */
export function defineKind<Config>(options: KindOptions<Config>): KindDefinition {
  const [group = '', version = '', ...rest] = options.apiVersion.split('/');
  if (!group || !version || rest.length > 0)
    throw new TypeError(`apiVersion of kind ${options.kind} must be group/version, not ${options.apiVersion}`);
  return {
    apiVersion: options.apiVersion,
    kind: options.kind,
    plural: options.plural,
    capabilities: options.capabilities,
    metricName: options.metricName,
    group,
    version,
    // The API server checked `spec` against the schema from which Config is inferred; this is the one place that says so.
    checkConfig: (config) => options.checkConfig?.(config as Config) ?? [],
    open: async (context) => options.open(context as OpenContext<Config>),
  };
}
