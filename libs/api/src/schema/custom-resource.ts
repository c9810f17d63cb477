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
  /** The first served version is the storage version. */
  versions: readonly (ServedVersion | RetiredVersion)[];
}

/** Declares a kind of resource. A plain function, so that a mistake is a type error where it is made. */
export const customResource = (definition: CustomResource): CustomResource => definition;

/** Group and version of every provider's config kinds. */
export const CONFIG_GROUP = 'provider.external-secrets.io';
/** The version of every config kind. */
export const CONFIG_VERSION = 'v2alpha1';

/** A provider's config kind: namespaced, in the group of all config kinds, one version. */
export interface ConfigKind extends Pick<CustomResource, 'kind' | 'plural' | 'shortNames' | 'description'> {
  spec: z.ZodType;
  columns?: readonly PrintColumn[];
}

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
    versions: [
      {
        tag: 'served',
        name: CONFIG_VERSION,
        spec: kind.spec,
        columns: [...(kind.columns ?? []), { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
      },
    ],
  });
