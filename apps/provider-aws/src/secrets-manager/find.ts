import { type CallContext, chunks, type Find, Found, inParallel, ProviderError } from '@eso/api/server';
import { CURRENT_VERSION } from './absence.ts';
import { SECRET_BATCH, type SecretsManagerApi } from './api.ts';
import type { ListedSecret } from './secret.ts';
import { filtersOf, selectedBy } from './filters.ts';
import { secretBytes } from './secret-bytes.ts';

/**
 * All secrets that a find selects, by their full names. A listed secret that has no value yet, or was deleted since, is not
 * there to be found; any other secret that cannot be read fails the whole: a part must not pass for all.
 * @throws ProviderError INVALID_REQUEST when it selects by neither name nor tags; LIMIT_EXCEEDED; never SECRET_NOT_FOUND.
 */
export async function findSecrets(
  api: SecretsManagerApi,
  find: Find,
  { signal, logger }: CallContext,
): Promise<Map<string, Uint8Array>> {
  const { path, nameRegexp, tags } = find;
  if (!nameRegexp && tags.size === 0)
    throw new ProviderError('INVALID_REQUEST', 'unexpected find operator: neither a name nor tags are given', {
      field: 'find',
      nextStep: 'give find.name.regexp or find.tags; find.path alone selects nothing',
    });
  const found = new Found();
  // Who selects by name alone needs no right to read in batches, as with upstream.
  const batches = path !== undefined || tags.size > 0;
  for await (const page of api.list(filtersOf(find), signal)) {
    const selected = await select(page, find);
    if (batches)
      await inParallel(chunks(selected, SECRET_BATCH), signal, (chunk, ended) => readBatch(api, chunk, found, ended));
    else await inParallel(selected, signal, (secret, ended) => readOne(api, secret, found, ended));
  }
  found.logLeftOut(logger, 'secrets');
  return found.secrets;
}

async function select(page: readonly ListedSecret[], find: Find): Promise<readonly ListedSecret[]> {
  const selected = page.filter((secret) => selectedBy(find, secret));
  if (!find.nameRegexp) return selected;
  const matching = new Set(await find.nameRegexp.select(selected.map(({ name }) => name)));
  return selected.filter(({ name }) => matching.has(name));
}

async function readBatch(
  api: SecretsManagerApi,
  secrets: readonly ListedSecret[],
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  const answer = await api.batch(secrets, signal);
  for (const secret of secrets) {
    const one = answer.of(secret);
    // What a batch does not tell apart, or says nothing about, is asked for alone.
    if (!one) await readOne(api, secret, found, signal);
    else if ('value' in one) found.add(secret.name, secretBytes(one.value));
    else found.leaveOut(secret.name, one.failure);
  }
}

async function readOne(
  api: SecretsManagerApi,
  { name }: ListedSecret,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  try {
    found.add(name, secretBytes(await api.getValue(name, CURRENT_VERSION, signal)));
  } catch (error) {
    found.leaveOut(name, error);
  }
}
