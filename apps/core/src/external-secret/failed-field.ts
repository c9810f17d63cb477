import type { ProviderError } from '@eso/api/contract';
import type { Source } from '@eso/sync';

/** How providers call the part of a request that a manifest's source became. */
const REQUEST_FIELD = /^(?:remoteRef|extract|find)(?:\.(.+))?$/;

/**
 * Where in the ExternalSecret the user has to look when a provider refuses what a source asks for. A field of the request is
 * read as the field of the manifest that it was made of, and no field is named that the manifest does not have; any other one,
 * of the provider's config for instance, stands behind in brackets.
 */
export function failedField(source: Source, { code, field }: Pick<ProviderError, 'code' | 'field'>): string {
  const ref = source.kind === 'data' ? `${source.field}.remoteRef` : source.field;
  if (source.kind === 'find') {
    if (code === 'INVALID_REGEXP' || code === 'REGEXP_TOO_LARGE') return `${ref}.name.regexp`;
  } else {
    if (code === 'SECRET_NOT_FOUND') return `${ref}.key`;
    // Of a secret that is read whole it is the secret itself that has not the form.
    if (code === 'PROPERTY_NOT_FOUND') return `${ref}.${source.ref.property === undefined ? 'key' : 'property'}`;
  }
  if (field === undefined || field === '') return ref;
  const request = REQUEST_FIELD.exec(field);
  if (!request) return `${ref} (${field})`;
  const [, within] = request;
  return within === undefined || !isWritten(source, within) ? ref : `${ref}.${within}`;
}

/** Whether the manifest has a value at a path such as `property` or `name.regexp`. */
function isWritten(source: Source, path: string): boolean {
  let at: unknown = source.kind === 'find' ? source.find : source.ref;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return at !== undefined;
}
