/** What one kind of resource is: everything its CRD says besides the schema itself. */
import type { z } from 'zod';

/** Column of `kubectl get`. */
export interface PrintColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  /** JSON path below the object, such as `.spec.region`. */
  jsonPath: string;
  /** Columns above 0 are shown only with `-o wide`. Default 0. */
  priority?: number;
}

/** Version whose objects users read and write. */
export interface ServedVersion {
  tag: 'served';
  name: string;
  spec: z.ZodType;
  /** Default true. With false, an object without a spec gets an empty one (and its defaults) from the API server. */
  specRequired?: boolean;
  /** Schema of the status. Without it the status subresource exists, but has no fields. */
  status?: z.ZodType;
  columns?: readonly PrintColumn[];
  /** JSON paths usable in field selectors besides name and namespace. */
  selectableFields?: readonly string[];
  /** True on the version that objects are stored in. Default: the first served one. */
  storage?: boolean;
}

/** Version that exists in the CRD only because objects in etcd may still be stored in it. */
export interface RetiredVersion {
  tag: 'retired';
  name: string;
}

/** A kind of ours, from which its CRD is generated. */
export interface CustomResource {
  group: string;
  kind: string;
  plural: string;
  /** Default: the kind in lower case. */
  singular?: string;
  scope: 'Namespaced' | 'Cluster';
  shortNames?: readonly string[];
  /** Default `external-secrets`, so that `kubectl get external-secrets` lists everything of this project. */
  categories?: readonly string[];
  /** What the kind is for; `kubectl explain` shows it. */
  description: string;
  /** Newest first. Of several served ones, each carries the fields of the others: see carried-fields.ts. */
  versions: readonly (ServedVersion | RetiredVersion)[];
}

/** Declares a kind of resource. A plain function, so that a mistake is a type error where it is made. */
export const customResource = (definition: CustomResource): CustomResource => definition;

/** Group and version of every provider's config kinds. */
export const CONFIG_GROUP = 'provider.external-secrets.io';
/** The first version of every config kind. */
export const CONFIG_VERSION = 'v2alpha1';

/** Group of every kind of generator. */
export const GENERATOR_GROUP = 'generators.external-secrets.io';
/** The version of every kind of generator, which is upstream's. */
export const GENERATOR_VERSION = 'v1alpha1';

/** What a version of a config kind says about its objects. */
export interface ConfigContent {
  spec: z.ZodType;
  columns?: readonly PrintColumn[];
}

/** One of several versions of a config kind. */
export interface ConfigVersion extends ConfigContent {
  tag: 'served';
  /** `v2beta1` */
  name: string;
}

/** A provider's config kind: namespaced, in the group of all config kinds. */
export type ConfigKind = Pick<CustomResource, 'kind' | 'plural' | 'shortNames' | 'description'> &
  (
    | ConfigContent
    | {
        /**
         * Newest first, when there are, or were, several. Objects are stored in the oldest that is served, so that a release that
         * brings a version can be taken back. How a version comes and goes: README.md of @eso/api.
         */
        versions: readonly (ConfigVersion | RetiredVersion)[];
      }
  );

/**
 * Declares the config kind of a provider.
 *
 * ```ts
 * // src/config/demo.ts of the provider
 * import { configKind, secretKeySelector, type Stored, z } from '@eso/api/schema';
 *
 * const spec = z.object({
 *   url: z.url().describe('Where the backend listens.'),
 *   token: secretKeySelector().describe('Token to log in with.'),
 *   timeout: duration().default('10s'),
 * });
 * export const demo = configKind({ kind: 'Demo', plural: 'demos', description: 'Settings of the demo backend.', spec });
 * export type DemoConfig = Stored<typeof spec>;
 *
 * // src/config/index.ts: what `npm run generate` turns into the CRDs of its chart
 * export const configKinds = [demo];
 *
 * // the backend
 * import type { DemoConfig } from './config/demo.ts';
 * ```
 */
export const configKind = (kind: ConfigKind): CustomResource =>
  customResource({
    group: CONFIG_GROUP,
    kind: kind.kind,
    plural: kind.plural,
    scope: 'Namespaced',
    description: kind.description,
    ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
    versions: 'versions' in kind ? storedInOldest(kind.versions) : [servedConfig({ ...kind, name: CONFIG_VERSION })],
  });

function servedConfig({ name, spec, columns = [] }: Omit<ConfigVersion, 'tag'>): ServedVersion {
  const age: PrintColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
  return { tag: 'served', name, spec, columns: [...columns, age] };
}

function storedInOldest(versions: readonly (ConfigVersion | RetiredVersion)[]): CustomResource['versions'] {
  const oldest = versions.findLast(({ tag }) => tag === 'served');
  return versions.map((version) =>
    version.tag === 'retired' ? version : { ...servedConfig(version), ...(version === oldest && { storage: true }) },
  );
}

/** A kind of generator: namespaced, in upstream's group of generators. */
export type GeneratorKind = Pick<CustomResource, 'kind' | 'plural' | 'shortNames' | 'description'> & ConfigContent;

/**
 * Declares a kind of generator. It stands in `configKinds` beside the config kinds: `npm run generate` makes its CRD and its page, and
 * `src/config/gen/<kind>.ts` with what `defineGenerator` takes as the schema of it in a ClusterGenerator.
 */
export const generatorKind = ({ spec, columns = [], ...kind }: GeneratorKind): CustomResource =>
  customResource({
    ...kind,
    group: GENERATOR_GROUP,
    scope: 'Namespaced',
    categories: ['external-secrets', 'external-secrets-generators'],
    versions: [servedConfig({ name: GENERATOR_VERSION, spec, columns })],
  });
