import { publicText, quotedText } from '@eso/api/contract';
import type { ExternalSecret, ExternalSecretTemplate } from '@eso/api/resources';
import { isKubeError, type KubeError, type KubeErrorCode } from '@eso/kube';
import type { DocumentValue, ShapedContent } from '@eso/sync';

/** What a refused request was about. */
export interface Refused {
  readonly es: ExternalSecret;
  /** What was to be written. Absent: a Secret that nobody here holds in memory was to be deleted. */
  readonly content?: ShapedContent;
  /** What stood there, which a policy sees, too. Absent: nothing that anybody could quote. */
  readonly before?: ObjectBefore;
}

/** Names with the values under them; `unread` where it could not be looked at. */
export type ObjectBefore = Iterable<readonly [string, Uint8Array]> | 'unread';

/**
 * Reads what may be quoted in a refusal, as long as that is there; no request is sent about a refusal whose text is not shown.
 * @param read gives the names and values of the object; throws what the request throws
 */
export async function beforeRefusal(error: KubeError, read: () => Promise<ObjectBefore>): Promise<ObjectBefore> {
  if (error.said === undefined || error.code === 'INVALID' || BLIND.has(error.code)) return [];
  try {
    return await read();
  } catch (thrown) {
    return isKubeError(thrown, 'NOT_FOUND') ? [] : 'unread';
  }
}

/** Who refuses so has not looked into the Secret. */
const BLIND: ReadonlySet<KubeErrorCode> = new Set(['FORBIDDEN', 'QUOTA_EXCEEDED', 'NAMESPACE_TERMINATING']);

/**
 * Why a request about a target failed, for the user. What the API server says itself is quoted behind words of ours. A policy or webhook
 * sees the whole Secret and may say anything: where its text names a value, or a key that is not in the manifest, only who refused is said.
 */
export function refusalText(error: KubeError, refused: Refused): string {
  const { code, said, status } = error;
  if (said === undefined) return error.publicMessage;
  const text = publicText(said);
  const happened = `the API server refused the request (status ${status ?? 'unknown'})`;
  if (BLIND.has(code) || !mayTell(text, refused)) return `${happened}; it said: ${quotedText(text) || 'nothing'}`;
  return `${happened}${refuser(text)}; what it said is not shown, because it may come from inside the Secret`;
}

/** How a denial names who denied (k8s.io/apiserver, plugin/webhook/errors and plugin/policy). */
const REFUSERS = [
  /^admission (webhook) "([a-z0-9.-]{1,253})" denied/,
  /\b((?:Validating|Mutating)AdmissionPolicy) '([a-z0-9.-]{1,253})' with binding /,
];

function refuser(text: string): string {
  for (const pattern of REFUSERS) {
    const [, kind = '', name = ''] = pattern.exec(text) ?? [];
    if (kind) return `, by ${kind} ${name}`;
  }
  return '';
}

/** Whether a text may name what comes from inside a secret: a key that is not in the manifest, or the beginning of a value. */
function mayTell(text: string, { es, content, before = [] }: Refused): boolean {
  if (!content || before === 'unread') return true;
  const { data = [], target } = es.spec;
  const written = new Set([...data.map(({ secretKey }) => secretKey), ...Object.keys(target?.template?.data ?? {})]);
  for (const values of [valuesOf(content, target?.template?.metadata), before])
    for (const [key, value] of values)
      if (
        (!written.has(key) && hasWord(text, key)) ||
        hasBeginning(text, Buffer.from(value.subarray(0, SEARCHED_BYTES)), value)
      )
        return true;
  return false;
}

/** All that stands in the object to be written and is not the user's own text. */
function* valuesOf(
  { fetched, rendered }: ShapedContent,
  written: NonNullable<ExternalSecretTemplate['metadata']> = {},
): Generator<readonly [string, Uint8Array]> {
  yield* fetched;
  if (!rendered) return;
  for (const part of ['labels', 'annotations'] as const)
    for (const [key, text] of Object.entries(rendered[part]))
      if (text !== written[part]?.[key]) yield [key, Buffer.from(text)];
  if (rendered.kind === 'secret') yield* rendered.data;
  else yield* leavesOf(rendered.object);
}

/** The texts of a document with the keys that they stand under. */
export function* leavesOf(value: DocumentValue, key = ''): Generator<readonly [string, Uint8Array]> {
  if (typeof value === 'string') yield [key, Buffer.from(value)];
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) yield* leavesOf(inner, name);
}

/** A shorter value is in many a text that says nothing of it. */
const LEAST_BYTES = 4;
/** Of a longer value, this is as much as no text has by chance; 32 characters of base64. */
const READ_BYTES = 24;
/** Of one that is quoted somehow, as many letters and digits, which are among so many of its bytes. */
const READ_LETTERS = 12;
const SEARCHED_BYTES = 96;

/** Whether a text has a value, or as much of it as is read, as it is or as it stands in the object. */
function hasBeginning(text: string, read: Buffer, { length }: Uint8Array): boolean {
  if (length < LEAST_BYTES) return false;
  if (text.includes(read.subarray(0, READ_BYTES).toString('base64').replace(/=+$/, ''))) return true;
  // The last character may be cut in two, which leaves U+FFFD.
  const begins = read.toString().replace(/\uFFFD+$/, '');
  const plain = publicText(begins.slice(0, READ_BYTES));
  if (plain.length >= LEAST_BYTES && (length > READ_BYTES ? text.includes(plain) : hasWord(text, plain))) return true;
  return QUOTED_OTHERWISE.test(begins) && hasLetters(text, begins);
}

/** What a program writes in another way where it quotes a text, each in its own. */
const QUOTED_OTHERWISE = /[^\x20-\x7e]|["'\\<>&]/;
const ESCAPE = /\\+(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)?/gi;

/** Whether letters and digits of a value stand in a text one after the other, however what is between them is quoted. */
function hasLetters(text: string, value: string): boolean {
  const lettersOf = (of: string): string[] =>
    [of, of.replace(ESCAPE, '')].map((form) => form.replace(/[^a-z0-9]/gi, ''));
  const texts = lettersOf(text);
  return lettersOf(value)
    .map((letters) => letters.slice(0, READ_LETTERS))
    .some((letters) => letters.length >= LEAST_BYTES && texts.some((one) => one.includes(letters)));
}

/** Whether a word stands in a text, and not within a longer one. */
function hasWord(text: string, word: string): boolean {
  // It stands everywhere, and a search for the next one would not end.
  if (word === '') return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!isLetter(text[at - 1]) && !isLetter(text[at + word.length])) return true;
  return false;
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[A-Za-z0-9]/.test(character);
