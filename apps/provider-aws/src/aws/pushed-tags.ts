import { ProviderError } from '@eso/api/server';
import { MANAGED_BY } from './managed-tags.ts';

/** AWS takes no more of them, the mark of who manages it among them. */
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
/** What AWS takes in a tag. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const FIELD = 'metadata.spec.tags';

/**
 * The tags that a push wants, the mark of who manages it left out. What AWS refuses for certain is refused here: it would come
 * after what else was changed.
 * @throws ProviderError INVALID_REQUEST for that mark, a tag of AWS itself, and what AWS does not take
 */
export function wantedTags({
  tags = {},
}: {
  readonly tags?: Readonly<Record<string, string>>;
}): ReadonlyMap<string, string> {
  const wanted = new Map(Object.entries(tags));
  for (const [key, value] of wanted) {
    const problem = keyProblem(key) ?? valueProblem(value);
    if (problem) throw invalid(`${FIELD}.${key}`, ...problem);
  }
  if (wanted.size >= MAX_TAGS)
    throw invalid(FIELD, `has ${wanted.size} tags`, `give ${MAX_TAGS - 1} at most: one more says who manages it`);
  return wanted;
}

/** Tags as AWS takes them. */
export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

type Problem = readonly [what: string, nextStep: string];

function keyProblem(key: string): Problem | undefined {
  if (key === MANAGED_BY.key) return ['is set by the provider itself', 'remove it'];
  if (/^aws:/i.test(key))
    return ['is a tag that only AWS sets', 'remove it, or choose a key that does not begin with aws:'];
  if (key === '' || key.length > MAX_KEY) return ['has a key that AWS does not take', `use 1 to ${MAX_KEY} characters`];
  return CHARACTERS.test(key) ? undefined : ['has characters in its key that AWS does not take', ALLOWED];
}

function valueProblem(value: string): Problem | undefined {
  if (value.length > MAX_VALUE) return [`has a value of ${value.length} characters`, `use ${MAX_VALUE} at most`];
  return CHARACTERS.test(value) ? undefined : ['has characters in its value that AWS does not take', ALLOWED];
}

const ALLOWED = 'use letters, digits, spaces and _ . : / = + - @';

function invalid(field: string, problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field, nextStep });
}
