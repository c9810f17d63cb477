import { type CallContext, type Find, limits, ProviderError } from '@eso/api/server';
import { CURRENT_VERSION } from './absence.ts';
import type { SecretsManagerApi } from './api.ts';
import type { ListedSecret } from './secret.ts';
import { filtersOf, selectedBy } from './filters.ts';
import { secretBytes } from './secret-bytes.ts';

/** Requests for values at once. AWS allows 100 batches a second and 10,000 single reads; one tenant needs few of them. */
const CONCURRENCY = 8;
/** AWS takes no more in one batch. */
const BATCH = 20;
/** Names in the log line about what was left out. */
const NAMED = 10;

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
      await inParallel(chunks(selected, BATCH), signal, (chunk, ended) => readBatch(api, chunk, found, ended));
    else await inParallel(selected, signal, (secret, ended) => readOne(api, secret, found, ended));
  }
  const { leftOut } = found;
  if (leftOut.length > 0)
    logger.info(
      { count: leftOut.length, secrets: leftOut.slice(0, NAMED) },
      'find leaves out secrets that have no value yet, or were deleted since they were listed',
    );
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

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** After the first failure nobody wants what the others would go on to read. */
async function inParallel<T>(
  items: readonly T[],
  signal: AbortSignal,
  run: (item: T, ended: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const next = items.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await run(item, either);
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    ended.abort();
  }
}

const ABSENT: ReadonlySet<string> = new Set(['SECRET_NOT_FOUND', 'VERSION_NOT_FOUND']);

/** What was found so far. It ends a find that no answer could carry before it fills the memory. */
class Found {
  readonly secrets = new Map<string, Uint8Array>();
  readonly leftOut: string[] = [];
  #bytes = 0;

  /** @param failure of the read of a listed secret. @throws it, unless it says that there is no such secret, or no value in it. */
  leaveOut(name: string, failure: unknown): void {
    if (!(failure instanceof ProviderError) || !ABSENT.has(failure.code)) throw failure;
    this.leftOut.push(name);
  }

  /** @param value undefined for a secret that has none */
  add(name: string, value: Uint8Array | undefined): void {
    if (!value) {
      this.leftOut.push(name);
      return;
    }
    this.#bytes += value.length - (this.secrets.get(name)?.length ?? 0);
    this.secrets.set(name, value);
    if (this.#bytes > limits.messageBytesCap)
      throw new ProviderError('LIMIT_EXCEEDED', `the secrets found have more than ${limits.messageBytesCap} bytes`, {
        field: 'find',
        nextStep: 'select fewer secrets',
      });
  }
}
