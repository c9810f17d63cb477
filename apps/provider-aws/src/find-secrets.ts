import type { Filter } from '@aws-sdk/client-secrets-manager';
import { type CallContext, errorCodes, type Find, type NameMatcher, ProviderError } from '@eso/api/server';
import { codeOfName } from './aws-error.ts';
import { bytesOf, type FoundValue, type SecretsApi } from './secrets-api.ts';

/** Values that are fetched at a time where there is no batch. */
const PARALLEL = 10;
/** Most secrets one find may match; the kit allows no larger answer. */
const MAX_FOUND = 10_000;

/**
 * All secrets that satisfy `find`, by their full names. A prefix of the config does not apply here.
 * @throws ProviderError INVALID_REQUEST without a name or tags, LIMIT_EXCEEDED, and what AWS answers
 */
export function findSecrets(api: SecretsApi, find: Find, call: CallContext): Promise<Map<string, Uint8Array>> {
  const { nameRegexp, path, tags } = find;
  if (!nameRegexp && tags.size === 0) {
    throw new ProviderError('INVALID_REQUEST', 'unexpected find operator', {
      field: 'find',
      nextStep: 'give find.name.regexp or find.tags; a path alone selects nothing',
    });
  }
  if (nameRegexp && path === undefined && tags.size === 0) return findByName(api, nameRegexp, call);
  return findByFilters(api, filtersOf(find), nameRegexp, call);
}

/** AWS cannot match expressions, so every name is looked at and the matching ones are fetched one by one. */
async function findByName(api: SecretsApi, matcher: NameMatcher, call: CallContext): Promise<Map<string, Uint8Array>> {
  const names: string[] = [];
  for await (const page of api.names(call.signal)) {
    names.push(...page.filter((name) => matcher.matches(name)));
    checkCount(names.length);
  }
  const found = new Map<string, Uint8Array>();
  const queue = names.values();
  const worker = async (): Promise<void> => {
    for (const name of queue) {
      const value = await valueIfThere(api, name, call);
      if (value) found.set(name, value);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, names.length) }, worker));
  return found;
}

/** A secret may be deleted between the listing and the fetch. */
async function valueIfThere(api: SecretsApi, name: string, call: CallContext): Promise<Uint8Array | undefined> {
  try {
    return bytesOf(await api.value(name, '', call.signal), name);
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'SECRET_NOT_FOUND') return undefined;
    throw error;
  }
}

async function findByFilters(
  api: SecretsApi,
  filters: Filter[],
  matcher: NameMatcher | undefined,
  call: CallContext,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const { values, errors } of api.batch(filters, call.signal)) {
    for (const value of values) {
      if (hasValue(value) && (matcher?.matches(value.name) ?? true)) found.set(value.name, bytesOf(value, value.name));
    }
    for (const { name, error } of errors) judge(name, error, call);
    checkCount(found.size);
  }
  return found;
}

/**
 * What AWS could not read of a batch is left out, as upstream does: a pattern may well match what the role may not read. But an
 * answer without secrets that AWS only failed to give for the moment would take their keys out of the target.
 */
function judge(name: string, error: string, { logger }: CallContext): void {
  const code = codeOfName(error);
  if (errorCodes[code].retryable) throw new ProviderError(code, `AWS could not read ${name} at the moment (${error})`);
  logger.warn({ secret: name, error }, 'left out of a find: AWS does not give its value');
}

function hasValue({ text, binary }: FoundValue): boolean {
  return text !== undefined || binary !== undefined;
}

/** AWS requires all filters to hold, but matches tag keys and tag values each on their own. */
function filtersOf({ path, tags }: Find): Filter[] {
  const filters: Filter[] = [...tags].flatMap(([key, value]) => [
    { Key: 'tag-key', Values: [key] },
    { Key: 'tag-value', Values: [value] },
  ]);
  return path === undefined ? filters : [...filters, { Key: 'name', Values: [path] }];
}

function checkCount(count: number): void {
  if (count <= MAX_FOUND) return;
  throw new ProviderError('LIMIT_EXCEEDED', `the find matches more than ${MAX_FOUND} secrets`, {
    field: 'find',
    nextStep: 'narrow find.name.regexp, find.path or find.tags',
  });
}
