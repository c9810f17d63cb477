import type { FunctionContext } from '../exec/functions.ts';
import { plainError } from '../value/go-error.ts';
import { fromBytes, fromRunes, runesOf } from '../value/utf8.ts';
import { define, t } from './define.ts';

const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const printable = Array.from({ length: 95 }, (_unused, at) => String.fromCharCode(32 + at)).join('');

/** A whole number from 0 up to `bound`, each as likely as the other. */
function below(context: FunctionContext, bound: number): number {
  const size = Math.ceil(Math.log2(bound) / 8) || 1;
  const range = 256 ** size;
  // What lies beyond the last whole multiple of the bound would favour small numbers: draw again.
  const limit = range - (range % bound);
  for (;;) {
    context.budget.step(0.1);
    const value = context.random.bytes(size).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < limit) return value % bound;
  }
}

function text(context: FunctionContext, count: number, alphabet: string): string {
  if (count < 0) return '';
  context.budget.allocate(count);
  let out = '';
  for (let at = 0; at < count; at++) out += alphabet.charAt(below(context, alphabet.length));
  return out;
}

function shuffled(context: FunctionContext, value: string): string {
  const runes = runesOf(value);
  context.budget.allocate(8 * runes.length);
  for (let at = runes.length - 1; at > 0; at--) {
    const other = below(context, at + 1);
    const moved = runes[at] ?? 0;
    runes[at] = runes[other] ?? 0;
    runes[other] = moved;
  }
  return fromRunes(runes);
}

function uuid(context: FunctionContext): string {
  const bytes = Buffer.from(context.random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** New at every rendering, hence a Secret that uses one is written at every refresh. */
export const randomFunctions = [
  define('randAlphaNum', [t.int], t.string, (context, count) => text(context, count, letters + digits)),
  define('randAlpha', [t.int], t.string, (context, count) => text(context, count, letters)),
  define('randNumeric', [t.int], t.string, (context, count) => text(context, count, digits)),
  define('randAscii', [t.int], t.string, (context, count) => text(context, count, printable)),
  define('randBytes', [t.int], t.string, (context, count) => {
    if (count < 0) throw plainError('runtime error: makeslice: len out of range');
    context.budget.allocate(2 * count);
    const bytes = fromBytes(context.random.bytes(count));
    return Buffer.from(bytes, 'latin1').toString('base64');
  }),
  define('randInt', [t.int, t.int], t.int, (context, low, high) => {
    if (high - low <= 0) throw plainError('invalid argument to Intn');
    return low + below(context, high - low);
  }),
  define('shuffle', [t.string], t.string, shuffled),
  define('uuidv4', [], t.string, uuid),
];
