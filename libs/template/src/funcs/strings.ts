import { createHash } from 'node:crypto';
import type { FunctionContext } from '../exec/functions.ts';
import { sprintf } from '../fmt/printf.ts';
import { sprint } from '../fmt/print.ts';
import { quote } from '../strconv/quote.ts';
import { plainError } from '../value/go-error.ts';
import { toLower, toUpper } from '../value/unicode.ts';
import type { Value } from '../value/values.ts';
import { GoSlice } from '../value/values.ts';
import { goStringMap } from '../value/make.ts';
import { define, rest, t, slowly } from './define.ts';
import { makeSliceLength, sliceBounds } from './go-panics.ts';
import { connectedCase, pascalCase } from './letter-case.ts';
import { replaceText, splitText } from './split.ts';
import { strings, strval } from './strval.ts';
import { trimSet, trimSpace } from './trim.ts';
import { abbreviate, initials, noSpace, swapCase, title, untitle, wrapText } from './words.ts';

function repeat(context: FunctionContext, count: number, text: string): string {
  if (count < 0) throw plainError('strings: negative Repeat count');
  if (text.length * count > 2 ** 63) throw plainError('strings: Repeat output length overflow');
  // More than the address space: Go does not even try.
  if (text.length * count > 2 ** 48) throw makeSliceLength();
  context.budget.allocate(text.length * count);
  return text.repeat(count);
}

function truncate(count: number, text: string): string {
  if (count < 0) return text.length + count > 0 ? text.slice(text.length + count) : text;
  return text.slice(0, count);
}

function substring(start: number, end: number, text: string): string {
  const low = start < 0 ? undefined : start;
  const high = start >= 0 && (end < 0 || end > text.length) ? undefined : end;
  const problem = sliceBounds(low, high, text.length);
  if (problem !== undefined) throw problem;
  return text.slice(low ?? 0, high);
}

function indent(context: FunctionContext, spaces: number, text: string): string {
  const pad = repeat(context, spaces, ' ');
  const lines = text.split('\n');
  context.budget.allocate(text.length + pad.length * lines.length);
  return pad + lines.join(`\n${pad}`);
}

/** `_0`, `_1`, … */
function numbered(parts: readonly string[]): ReturnType<typeof goStringMap> {
  return goStringMap(parts.map((part, at) => [`_${at}`, part]));
}

function replace(context: FunctionContext, old: string, replacement: string, text: string): string {
  // The worst case: a replacement at every byte.
  const matches = old === '' ? text.length + 1 : text.split(old).length - 1;
  context.budget.allocate(text.length + matches * replacement.length);
  return replaceText(text, old, replacement);
}

function hexDigest(algorithm: string): (context: FunctionContext, text: string) => string {
  return (context, text) => {
    context.budget.allocate(text.length);
    return createHash(algorithm).update(text, 'latin1').digest('hex');
  };
}

function adler32(text: string): number {
  let low = 1;
  let high = 0;
  for (let at = 0; at < text.length; at++) {
    low = (low + text.charCodeAt(at)) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

function presentOnly(values: readonly Value[]): Value[] {
  return values.filter((value) => value !== null);
}

/** Work on each rune of a text, which is slow enough to count. */
function byRune(change: (text: string) => string): (context: FunctionContext, text: string) => string {
  return (context, text) => {
    context.budget.step(text.length / 10);
    return change(text);
  };
}

const textTests = [
  define('contains', [t.string, t.string], t.bool, (_context, part, text) => text.includes(part)),
  define('hasPrefix', [t.string, t.string], t.bool, (_context, part, text) => text.startsWith(part)),
  define('hasSuffix', [t.string, t.string], t.bool, (_context, part, text) => text.endsWith(part)),
];

const cutting = [
  define('trim', [t.string], t.string, (_context, text) => trimSpace(text)),
  define('trimAll', [t.string, t.string], t.string, (_context, set, text) => trimSet(text, set)),
  define('trimall', [t.string, t.string], t.string, (_context, set, text) => trimSet(text, set)),
  define('trimPrefix', [t.string, t.string], t.string, (_context, part, text) =>
    text.startsWith(part) ? text.slice(part.length) : text,
  ),
  define('trimSuffix', [t.string, t.string], t.string, (_context, part, text) =>
    text.endsWith(part) ? text.slice(0, text.length - part.length) : text,
  ),
  define('trunc', [t.int, t.string], t.string, (_context, count, text) => truncate(count, text)),
  define('substr', [t.int, t.int, t.string], t.string, (_context, start, end, text) => substring(start, end, text)),
  define('abbrev', [t.int, t.string], t.string, (_context, width, text) =>
    width < 4 ? text : abbreviate(text, 0, width),
  ),
  define('abbrevboth', [t.int, t.int, t.string], t.string, (_context, left, width, text) =>
    width < 4 || (left > 0 && width < 7) ? text : abbreviate(text, left, width),
  ),
  define('initials', [t.string], t.string, byRune(initials)),
  define('nospace', [t.string], t.string, byRune(noSpace)),
];

const letterCase = [
  define('upper', [t.string], t.string, byRune(toUpper)),
  define('lower', [t.string], t.string, byRune(toLower)),
  define('title', [t.string], t.string, byRune(title)),
  define('untitle', [t.string], t.string, byRune(untitle)),
  define('swapcase', [t.string], t.string, byRune(swapCase)),
  define('camelcase', [t.string], t.string, byRune(pascalCase)),
  define(
    'snakecase',
    [t.string],
    t.string,
    byRune((text) => connectedCase(text, '_')),
  ),
  define(
    'kebabcase',
    [t.string],
    t.string,
    byRune((text) => connectedCase(text, '-')),
  ),
].map(slowly);

const building = [
  define('repeat', [t.int, t.string], t.string, repeat),
  define('replace', [t.string, t.string, t.string], t.string, replace),
  define('plural', [t.string, t.string, t.int], t.string, (_context, one, many, count) => (count === 1 ? one : many)),
  define('indent', [t.int, t.string], t.string, indent),
  define('nindent', [t.int, t.string], t.string, (context, spaces, text) => `\n${indent(context, spaces, text)}`),
  define('wrap', [t.int, t.string], t.string, (context, width, text) => {
    context.budget.allocate(2 * text.length);
    return wrapText(text, width, '\n', false);
  }),
  define('wrapWith', [t.int, t.string, t.string], t.string, (context, width, newLine, text) => {
    context.budget.allocate(text.length + newLine.length * (text.length / Math.max(width, 1) + 1));
    return wrapText(text, width, newLine === '' ? '\n' : newLine, true);
  }),
  slowly(
    define('quote', [rest(t.any)], t.string, (context, ...values) =>
      presentOnly(values)
        .map((value) => quote(strval(context.budget, value)))
        .join(' '),
    ),
  ),
  define('squote', [rest(t.any)], t.string, (context, ...values) =>
    presentOnly(values)
      .map((value) => `'${sprint(context.budget, [value])}'`)
      .join(' '),
  ),
  define('cat', [rest(t.any)], t.string, (context, ...values) => {
    const present = presentOnly(values);
    return sprintf(context.budget, present.map(() => '%v').join(' '), present);
  }),
  define('toString', [t.any], t.string, (context, value) => strval(context.budget, value)),
];

const splitting = [
  define('split', [t.string, t.string], t.stringMap, (context, separator, text) => {
    context.budget.allocate(16 * text.length);
    return numbered(splitText(text, separator) ?? []);
  }),
  define('splitn', [t.string, t.int, t.string], t.stringMap, (context, separator, limit, text) => {
    context.budget.allocate(16 * text.length);
    return numbered(splitText(text, separator, limit) ?? []);
  }),
  define('splitList', [t.string, t.string], t.strings, (_context, separator, text) => splitText(text, separator)),
  define('toStrings', [t.any], t.strings, (context, value) => strings(context.budget, value)),
  define('join', [t.string, t.any], t.string, (context, separator, value) => {
    const parts = strings(context.budget, value);
    context.budget.allocate(separator.length * parts.length);
    return parts.join(separator);
  }),
  define('sortAlpha', [t.any], t.strings, (context, value) =>
    value instanceof GoSlice ? strings(context.budget, value).sort() : [strval(context.budget, value)],
  ),
];

const hashing = [
  define('sha1sum', [t.string], t.string, hexDigest('sha1')),
  define('sha256sum', [t.string], t.string, hexDigest('sha256')),
  define('sha512sum', [t.string], t.string, hexDigest('sha512')),
  define('adler32sum', [t.string], t.string, (_context, text) => adler32(text).toString()),
];

/** Texts: test, cut, change, build, split, hash. */
export const stringFunctions = [...textTests, ...cutting, ...letterCase, ...building, ...splitting, ...hashing];
