import type { KubeObject } from './object.ts';

/** Where objects of one kind are found in the API, and (for the compiler) what they look like. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As it stands in URLs: `secrets`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the type of the objects. */
  readonly __object?: T;
}

/**
 * Describes a kind to the client. There is no discovery: what a program uses, it names.
 * @param group empty for the core group
 */
export function resourceType<T extends KubeObject>(
  group: string,
  version: string,
  plural: string,
  kind: string,
  scope: 'Namespaced' | 'Cluster',
): ResourceType<T> {
  return { group, version, plural, kind, namespaced: scope === 'Namespaced' };
}

/** `group/version`, or `v1` for the core group: what objects have as `apiVersion`. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group ? `${group}/${version}` : version;
}

/** Names a collection in messages and metrics: `secrets`, `providers.external-secrets.io`. */
export function resourceName({ plural, group }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group ? `${plural}.${group}` : plural;
}

/**
 * Path of a collection, or of one object in it.
 * @param at without a namespace: the whole cluster. Parts are escaped, so that no name can leave its place.
 */
export function resourcePath(
  type: ResourceType,
  at: { namespace?: string; name?: string; subresource?: string },
): string {
  let path = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  if (type.namespaced && at.namespace) path += `/namespaces/${segment(at.namespace)}`;
  path += `/${type.plural}`;
  if (at.name !== undefined) path += `/${segment(at.name)}`;
  if (at.subresource) path += `/${at.subresource}`;
  return path;
}

function segment(text: string): string {
  // An empty or dot segment would name another resource than the one that is meant.
  if (text === '' || text === '.' || text === '..')
    throw new RangeError(`${JSON.stringify(text)} is not the name of an object`);
  return encodeURIComponent(text);
}
