import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { type CallContext, type Find, Found, inParallel, ProviderError } from '@eso/api/server';
import type { ParameterStoreApi, ReadParameter } from './api.ts';

/** Where a find begins that names no path. */
const ROOT = '/';

/**
 * All parameters that a find selects, by their full names. A listed parameter that was deleted since is not there to be found; any
 * other that cannot be read fails the whole: a part must not pass for all.
 * @throws ProviderError INVALID_REQUEST when it selects by neither name nor tags, or by a path that is none; LIMIT_EXCEEDED; never
 * SECRET_NOT_FOUND.
 */
export async function findParameters(
  api: ParameterStoreApi,
  find: Find,
  { signal, logger }: CallContext,
): Promise<Map<string, Uint8Array>> {
  check(find);
  const found = new Found();
  const { path = ROOT, tags } = find;
  // Tags are listed with descriptions only, values by path only.
  if (tags.size > 0 || !(await readByPath(api, { ...find, path }, found, signal)))
    for await (const names of api.describe(filtersOf(find), signal))
      await inParallel(await matching(find, names), signal, (name, ended) => readOne(api, name, found, ended));
  found.logLeftOut(logger, 'parameters');
  return found.secrets;
}

function check({ path, nameRegexp, tags }: Find): void {
  if (!nameRegexp && tags.size === 0)
    throw new ProviderError('INVALID_REQUEST', 'unexpected find operator: neither a name nor tags are given', {
      field: 'find',
      nextStep: 'give find.name.regexp or find.tags; find.path alone selects nothing',
    });
  if (path !== undefined && !path.startsWith(ROOT))
    throw new ProviderError(
      'INVALID_REQUEST',
      'find.path does not begin with /, as every path of Parameter Store does',
      {
        field: 'find.path',
        nextStep: 'write the path with a / before it, such as /app',
      },
    );
}

/**
 * Reads values with the names, ten a request.
 * @returns false when the identity may not: then nothing was found, and there is another way.
 */
async function readByPath(
  api: ParameterStoreApi,
  find: Find & { readonly path: string },
  found: Found,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const page of api.byPath(find.path, signal)) await addMatching(find, page, found);
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.backend?.code === 'AccessDeniedException') return false;
    throw error;
  }
}

async function addMatching(find: Find, page: readonly ReadParameter[], found: Found): Promise<void> {
  const names = new Set(await matching(find, page.map(({ name }) => name))); // prettier-ignore
  for (const { name, text } of page)
    if (names.has(name)) found.add(name, text === undefined ? undefined : Buffer.from(text));
}

async function matching({ nameRegexp }: Find, names: readonly string[]): Promise<readonly string[]> {
  return nameRegexp ? nameRegexp.select(names) : names;
}

/** What AWS restricts a listing by: a tag with exactly this value, and everything below a path. */
function filtersOf({ path, tags }: Find): ParameterStringFilter[] {
  const below = path === undefined ? [] : [{ Key: 'Path', Option: 'Recursive', Values: [path] }];
  return [...[...tags].map(([key, value]) => ({ Key: `tag:${key}`, Option: 'Equals', Values: [value] })), ...below];
}

async function readOne(api: ParameterStoreApi, name: string, found: Found, signal: AbortSignal): Promise<void> {
  try {
    const text = await api.getValue(name, signal);
    found.add(name, text === undefined ? undefined : Buffer.from(text));
  } catch (error) {
    found.leaveOut(name, error);
  }
}
