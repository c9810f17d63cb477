import type { ListOptions, QueryParameters, SelectOptions, WatchOptions } from './options.ts';

/** `?a=b&c=d`, or nothing. */
export function queryString(query: QueryParameters): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** The query of a list; a continue token takes the place of a version. */
export function listQuery(options: ListOptions): QueryParameters {
  const { labelSelector, fieldSelector, limit, continue: token } = options;
  // A continue token names its own version (KEP-365).
  const version = token
    ? {}
    : { resourceVersion: options.resourceVersion, resourceVersionMatch: options.resourceVersionMatch };
  return { labelSelector, fieldSelector, limit, continue: token, ...version };
}

/** The query of a watch. */
export function watchQuery(options: WatchOptions): QueryParameters {
  const { labelSelector, fieldSelector, resourceVersion, timeoutSeconds, allowBookmarks, sendInitialEvents } = options;
  return {
    watch: 'true',
    labelSelector,
    fieldSelector,
    resourceVersion,
    timeoutSeconds,
    allowWatchBookmarks: allowBookmarks,
    sendInitialEvents,
    // KEP-3157 wants it spelled out.
    resourceVersionMatch: sendInitialEvents ? 'NotOlderThan' : undefined,
  };
}

const JSON_TYPE = 'application/json';

/** What is asked for: whole objects or metadata alone, one or many. No fallback, so that values never come by accident. */
export function acceptType({ metadataOnly }: Pick<SelectOptions, 'metadataOnly'>, what: 'object' | 'list'): string {
  if (!metadataOnly) return JSON_TYPE;
  return `${JSON_TYPE};as=PartialObjectMetadata${what === 'list' ? 'List' : ''};g=meta.k8s.io;v=v1`;
}
