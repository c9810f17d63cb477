import type { Filter } from '@aws-sdk/client-secrets-manager';
import { type CallContext, type Find, limits, type NameMatcher, ProviderError } from '@eso/api/server';
import type { SecretsManagerApi } from './api.ts';
import { secretBytes } from './secret-bytes.ts';

/** Values that are read at once after a listing. AWS allows 10,000 requests a second; one tenant needs few of them. */
const CONCURRENCY = 8;

/**
 * All secrets that a find selects, by their full names.
 * @throws ProviderError INVALID_REQUEST when it selects by neither name nor tags; LIMIT_EXCEEDED.
 */
export async function findSecrets(
  api: SecretsManagerApi,
  { path, nameRegexp, tags }: Find,
  { signal }: CallContext,
): Promise<Map<string, Uint8Array>> {
  if (!nameRegexp && tags.size === 0)
    throw new ProviderError('INVALID_REQUEST', 'unexpected find operator: neither a name nor tags are given', {
      field: 'find',
      nextStep: 'give find.name.regexp or find.tags; find.path alone selects nothing',
    });
  const found = new Found();
  if (nameRegexp && path === undefined && tags.size === 0) await findByName(api, nameRegexp, found, signal);
  else await findByFilters(api, filtersOf(path, tags), nameRegexp, found, signal);
  return found.secrets;
}

/** AWS has no filter for regular expressions: all names are listed, and the values of those that match are read. */
async function findByName(
  api: SecretsManagerApi,
  expression: NameMatcher,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const reading = AbortSignal.any([signal, ended.signal]);
  try {
    for await (const names of api.listNames(signal)) {
      const matching = (await expression.select(names)).values();
      const reader = async (): Promise<void> => {
        for (const name of matching) found.add(name, await readListed(api, name, reading));
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, reader));
    }
  } finally {
    // After the first failure nobody wants what the other readers would go on to read.
    ended.abort();
  }
}

/** A secret without any value, or deleted since it was listed, is not there to be found; it must not hide the others. */
async function readListed(api: SecretsManagerApi, name: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return secretBytes(await api.getValue(name, { VersionStage: 'AWSCURRENT' }, signal));
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'SECRET_NOT_FOUND') return undefined;
    throw error;
  }
}

async function findByFilters(
  api: SecretsManagerApi,
  filters: readonly Filter[],
  expression: NameMatcher | undefined,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  for await (const secrets of api.batch(filters, signal)) {
    const selected = expression && new Set(await expression.select(secrets.map(({ name }) => name)));
    for (const secret of secrets) if (selected?.has(secret.name) ?? true) found.add(secret.name, secretBytes(secret));
  }
}

function filtersOf(path: string | undefined, tags: ReadonlyMap<string, string>): Filter[] {
  const byTags = [...tags].flatMap(([key, value]): Filter[] => [
    { Key: 'tag-key', Values: [key] },
    { Key: 'tag-value', Values: [value] },
  ]);
  return path === undefined ? byTags : [...byTags, { Key: 'name', Values: [path] }];
}

/** What was found so far. It ends a find that no answer could carry before it fills the memory. */
class Found {
  readonly secrets = new Map<string, Uint8Array>();
  #bytes = 0;

  add(name: string, value: Uint8Array | undefined): void {
    if (!value) return;
    this.secrets.set(name, value);
    this.#bytes += value.length;
    if (this.#bytes > limits.messageBytesCap)
      throw new ProviderError('LIMIT_EXCEEDED', `the secrets found have more than ${limits.messageBytesCap} bytes`, {
        field: 'find',
        nextStep: 'select fewer secrets',
      });
  }
}
