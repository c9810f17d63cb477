import { type Feature, isFeature } from '../contract/features.ts';
import type { Backend } from './backend.ts';
import type { ConfigCheck, ConfigProblem } from './config-check.ts';
import type { NoFlags, OpenContext } from './open-context.ts';
import { type ConfigSchema, inlineDecoder } from './stores/inline-config.ts';
import { STORE_API_VERSION } from './stores/store-kinds.ts';
import { versionDecoder } from './stores/version-config.ts';

/** What a kind is, wherever its config stands. */
export interface KindBehaviour<Config, Flags = NoFlags> {
  /**
   * What stores of this kind can be used for: at least one, each once. Core refuses other uses before it calls, so claim what the
   * backend does and nothing else. A store whose backend lacks a method that a claim needs is not valid.
   */
  readonly features: readonly Feature[];
  /**
   * Label `provider` of `externalsecret_provider_api_calls_count`: `AWS/SecretsManager`. A function where one key stands for several
   * services, as `spec.provider.aws.service` does; it gives fixed words of the author's, never what a user wrote.
   */
  readonly metricName: string | ((config: Config) => string);
  /**
   * What the schema cannot express.
   * @param at path of a field as the user wrote it, for texts: see `OpenContext.at`
   */
  checkConfig?(config: Config, at: OpenContext<Config>['at']): readonly ConfigProblem[] | ConfigCheck;
  /**
   * Opens the backend. May read credentials; must not keep state outside of what it returns, unless keyed by `source.uid`.
   * @throws ProviderError, as the methods of Backend.
   */
  open(context: OpenContext<Config, Flags>): Backend | Promise<Backend>;
}

/** A kind of config object, and how to open a backend for it. */
export interface KindOptions<Config, Flags = NoFlags> extends KindBehaviour<Config, Flags> {
  /** `provider.external-secrets.io/v2alpha1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** Name of the kind in API paths: `secretsmanagers`. */
  readonly plural: string;
  /**
   * `Cluster`: config objects belong to no namespace. They are an administrator's, so only cluster-scoped stores may use them.
   * Default `Namespaced`.
   */
  readonly scope?: 'Namespaced' | 'Cluster';
  /**
   * Of a kind with several versions, each a kind of its own here: what `npm run generate` made of the schema of this one. The API
   * server gives an object in any version, whichever it was written in, so that the kit applies defaults and checks. Default: what
   * the API server gives is taken as it is.
   */
  readonly schema?: ConfigSchema;
}

/** A config that stands in a SecretStore or ClusterSecretStore itself, under `spec.provider.<key>`. */
export interface InlineKindOptions<Config, Flags = NoFlags> extends KindBehaviour<Config, Flags> {
  /** `aws` */
  readonly key: string;
  /**
   * Structural schema of what stands under the key, as a CRD has it: the CRD of stores is open there, so that the kit applies
   * this one. A plain JSON value, made at build time.
   */
  readonly schema: ConfigSchema;
}

declare const configOf: unique symbol;
declare const flagsOf: unique symbol;

/** Where the config of a kind is read from. */
export type ConfigPlace =
  | {
      readonly tag: 'object';
      readonly group: string;
      readonly version: string;
      readonly plural: string;
      readonly scope: 'Namespaced' | 'Cluster';
      /**
       * The config with its defaults, of the object's `spec`, where the kind has several versions.
       * @throws ProviderError CONFIG_INVALID, also for one that was written in another version.
       */
      decode?(spec: unknown): unknown;
    }
  | {
      readonly tag: 'inline';
      readonly key: string;
      /**
       * The config with its defaults, of what stands under the key.
       * @throws ProviderError CONFIG_INVALID, with the path as the user wrote it.
       */
      decode(value: unknown): unknown;
    };

/** A kind whose config type is known to its own functions only; made by `defineKind` or `defineInlineKind`. */
export interface KindDefinition<Flags = never> {
  readonly [configOf]?: never;
  /** The flags that it reads. */
  readonly [flagsOf]?: (flags: Flags) => void;
  readonly apiVersion: string;
  /** Of an inline kind: its key. */
  readonly kind: string;
  readonly place: ConfigPlace;
  readonly features: readonly Feature[];
  /** Label of its calls to the backend, or how the config says it. */
  readonly metricName: string | ((config: unknown) => string);
  /** Path of a field as the user wrote it: `at('auth')` is `spec.auth` or `spec.provider.aws.auth`; `at('')` is the config. */
  at(path: string): string;
  /** Problems, with paths as the user wrote them. */
  checkConfig(config: unknown): ConfigProblem[];
  configWarnings(config: unknown): string[];
  open(context: OpenContext<unknown, unknown>): Promise<Backend>;
}

/**
 * Defines one kind of config object. `Config` is the type of the object's `spec`.
 * @throws TypeError when `apiVersion` is no group and version, `features` are none, unknown, or named twice, or `schema` has what
 * cannot be checked here.
 */
export function defineKind<Config, Flags = NoFlags>(options: KindOptions<Config, Flags>): KindDefinition<Flags> {
  const { apiVersion, kind, plural, scope = 'Namespaced', schema } = options;
  const [group = '', version = '', ...rest] = apiVersion.split('/');
  if (!group || !version || rest.length > 0)
    throw new TypeError(`apiVersion of kind ${kind} must be group/version, not ${apiVersion}`);
  return kindDefinition(options, {
    apiVersion,
    kind,
    place: {
      tag: 'object',
      group,
      version,
      plural,
      scope,
      ...(schema && { decode: versionDecoder(schema, version) }),
    },
    root: 'spec',
  });
}

/**
 * Defines a kind whose config stands in SecretStore and ClusterSecretStore objects of `external-secrets.io/v1`.
 * @throws TypeError when the key is no word, when the schema uses what only the API server can check (CEL rules: check
 * those in `checkConfig`), or for the same reasons as {@link defineKind}.
 */
export function defineInlineKind<Config, Flags = NoFlags>(
  options: InlineKindOptions<Config, Flags>,
): KindDefinition<Flags> {
  const { key, schema } = options;
  if (!/^[a-z][A-Za-z0-9]{0,62}$/.test(key)) throw new TypeError(`"${key}" is no key of spec.provider`);
  const root = `spec.provider.${key}`;
  const decode = inlineDecoder(schema, root);
  return kindDefinition(options, {
    apiVersion: STORE_API_VERSION,
    kind: key,
    place: { tag: 'inline', key, decode },
    root,
  });
}

/** A definition with its type erased, for a config that stands at `root`. */
export function kindDefinition<Config, Flags>(
  options: KindBehaviour<Config, Flags>,
  { apiVersion, kind, place, root }: Pick<KindDefinition, 'apiVersion' | 'kind' | 'place'> & { readonly root: string },
): KindDefinition<Flags> {
  const { metricName } = options;
  checkFeatures(kind, options.features);
  const at = (path: string): string => (path === '' ? root : `${root}.${path}`);
  // The schema from which Config is inferred was applied, by the API server or by the kit; this is the one place that says so.
  const check = (config: unknown): unknown => options.checkConfig?.(config as Config, at) ?? [];
  return {
    apiVersion,
    kind,
    place,
    features: options.features,
    metricName: metricName instanceof Function ? (config) => metricName(config as Config) : metricName,
    at,
    checkConfig: (config) => problemsIn(check(config), root),
    configWarnings: (config) => warningsIn(check(config)),
    open: async (context) => options.open(context as OpenContext<Config, Flags>),
  };
}

/** What is no list of problems is left to who calls, and tells the author. */
function problemsIn(found: unknown, root: string): ConfigProblem[] {
  const problems = found instanceof Object && 'problems' in found ? found.problems : found;
  if (!Array.isArray(problems)) return problems as ConfigProblem[];
  return (problems as ConfigProblem[]).map((problem) =>
    problem instanceof Object && typeof problem.field === 'string'
      ? { ...problem, field: reroot(problem.field, root) }
      : problem,
  );
}

/** @throws TypeError for what is no list of texts */
function warningsIn(found: unknown): string[] {
  const warnings: unknown = found instanceof Object && 'warnings' in found ? (found.warnings ?? []) : [];
  if (Array.isArray(warnings) && warnings.every((warning) => typeof warning === 'string')) return warnings;
  throw new TypeError('checkConfig gives warnings that are no list of texts');
}

/** Authors write paths as in a config object of its own; a user wrote them where the config stands. */
export function reroot(field: string, root: string): string {
  if (root === 'spec' || !/^spec(?=[.[]|$)/.test(field)) return field;
  const within = field.startsWith(root) && /^[.[]|^$/.test(field.slice(root.length));
  return within ? field : `${root}${field.slice('spec'.length)}`;
}

function checkFeatures(kind: string, features: readonly string[]): void {
  if (features.length === 0) throw new TypeError(`kind ${kind} has no features: name what it can be used for`);
  for (const feature of features) {
    if (!isFeature(feature)) throw new TypeError(`kind ${kind} claims "${feature}", which is no feature`);
  }
  if (new Set(features).size !== features.length) throw new TypeError(`kind ${kind} names a feature twice`);
}
