import type { SeededRandom } from '@eso/testing';

/** What a mutation may draw on. */
export interface MutationOptions {
  readonly random: SeededRandom;
  /** Words of the format. */
  readonly dictionary: readonly string[];
  /** Inputs that are kept, to take pieces from. */
  readonly others: readonly Buffer[];
  /** Longest result, bytes. */
  readonly maxBytes: number;
}

type Mutation = (input: Buffer, options: MutationOptions) => Buffer;

/** Mutations that are made one after the other, at most. */
const MAX_STACKED = 5;
/** Most copies of a piece. */
const MAX_COPIES = 2_000;
/** Numbers at which length fields and counters break. */
const EDGES = [0, 1, 5, 127, 128, 255, 256, 16_384, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;
/** A word, a quoted text, or one other character. */
const TOKEN = /"(?:[^"\\\n]|\\.)*"|[\w.+-]+|\s+|[^]/g;
/** Longest text that is divided into tokens, bytes. */
const MAX_TOKENISED = 4_096;

/** The input with one to five changes, of at most `maxBytes`. The same for the same state of `random`. */
export function mutate(input: Buffer, options: MutationOptions): Buffer {
  const { random, maxBytes } = options;
  let result = input;
  for (let left = random.between(1, MAX_STACKED + 1); left > 0; left--)
    result = random.pick(MUTATIONS)(result, options).subarray(0, maxBytes);
  return Buffer.from(result);
}

const flipBit: Mutation = (input, { random }) => {
  if (input.length === 0) return input;
  const changed = Buffer.from(input);
  const at = random.between(0, changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.between(0, 8));
  return changed;
};

const setByte: Mutation = (input, { random }) => {
  if (input.length === 0) return input;
  const changed = Buffer.from(input);
  changed[random.between(0, changed.length)] = random.between(0, 256);
  return changed;
};

const setNumber: Mutation = (input, { random }) => {
  const width = random.pick([1, 2, 3, 4]);
  if (input.length < width) return input;
  const changed = Buffer.from(input);
  changed.writeUIntBE(random.pick(EDGES) % 2 ** (8 * width), random.between(0, input.length - width + 1), width);
  return changed;
};

const insertBytes: Mutation = (input, { random }) => {
  const bytes = Buffer.from(Array.from({ length: random.between(1, 9) }, () => random.between(0, 256)));
  return insertAt(input, random.between(0, input.length + 1), bytes);
};

const insertWord: Mutation = (input, options) =>
  insertAt(input, options.random.between(0, input.length + 1), word(options));

const replaceByWord: Mutation = (input, options) => {
  const [from, to] = range(input, options.random);
  return Buffer.concat([input.subarray(0, from), word(options), input.subarray(to)]);
};

const remove: Mutation = (input, { random }) => {
  const [from, to] = range(input, random);
  return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
};

const copyPiece: Mutation = (input, { random }) => {
  const [from, to] = range(input, random);
  return insertAt(input, random.between(0, input.length + 1), input.subarray(from, to));
};

/** What is nested or repeated without end. */
const repeatPiece: Mutation = (input, { random, maxBytes }) => {
  const [from, to] = range(input, random);
  const piece = input.subarray(from, Math.min(to, from + random.pick([1, 2, 8, 64])));
  if (piece.length === 0) return input;
  const copies = Math.min(2 ** random.between(1, 12), MAX_COPIES, Math.floor(maxBytes / piece.length));
  return insertAt(input, to, Buffer.concat(Array.from({ length: copies }, () => piece)));
};

const splice: Mutation = (input, { random, others }) => {
  const other = others[random.between(0, others.length)] ?? input;
  const [from, to] = range(other, random);
  return insertAt(input, random.between(0, input.length + 1), other.subarray(from, to));
};

const crossOver: Mutation = (input, { random, others }) => {
  const other = others[random.between(0, others.length)] ?? input;
  const head = input.subarray(0, random.between(0, input.length + 1));
  return Buffer.concat([head, other.subarray(random.between(0, other.length + 1))]);
};

/** Changes whole words, so that a text stays one of its format more often than not. */
const changeToken: Mutation = (input, { random, others, dictionary }) => {
  const tokens = tokensOf(input);
  if (tokens.length === 0) return input;
  const at = random.between(0, tokens.length);
  const other = tokensOf(others[random.between(0, others.length)] ?? input);
  const swapped = tokens[random.between(0, tokens.length)] ?? '';
  const replacements = [
    '',
    swapped,
    `${tokens[at] ?? ''}${swapped}`,
    other[random.between(0, other.length)] ?? '',
    dictionary[random.between(0, dictionary.length)] ?? '',
  ] as const;
  tokens[at] = random.pick(replacements);
  return Buffer.from(tokens.join(''), 'latin1');
};

const MUTATIONS = [
  flipBit, setByte, setNumber, insertBytes, insertWord, insertWord, replaceByWord, remove, remove, copyPiece, repeatPiece,
  splice, crossOver, changeToken, changeToken, changeToken,
] as const; // prettier-ignore

function tokensOf(input: Buffer): string[] {
  // Latin-1, so that bytes that are no text survive.
  return input.length > MAX_TOKENISED ? [] : (input.toString('latin1').match(TOKEN) ?? []);
}

function word({ random, dictionary }: MutationOptions): Buffer {
  return Buffer.from(dictionary[random.between(0, dictionary.length)] ?? '');
}

/** Mostly short: what is far apart seldom belongs together. */
function range(input: Buffer, random: SeededRandom): [from: number, to: number] {
  const from = random.between(0, input.length + 1);
  const longest = random.chance(0.7) ? 16 : input.length;
  return [from, Math.min(input.length, from + random.between(0, longest + 1))];
}

function insertAt(input: Buffer, at: number, piece: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at)]);
}
