import type { FunctionContext } from '../exec/functions.ts';
import { GoError } from '../value/go-error.ts';
import { isDigit, isLetter } from '../value/unicode.ts';
import { decodeRune } from '../value/utf8.ts';
import { define, t } from './define.ts';
import type { RegexMatch } from './regex-program.ts';
import { RegexProgram } from './regex-program.ts';

function isMatch(context: FunctionContext, program: RegexProgram, text: string): boolean {
  return program.searcher(text, context.budget)(0) !== undefined;
}

function find(context: FunctionContext, program: RegexProgram, text: string): string {
  const match = program.searcher(text, context.budget)(0);
  return match === undefined ? '' : text.slice(match.start, match.end);
}

/** Null (Go's nil) where there is none. */
function findAll(context: FunctionContext, program: RegexProgram, text: string, limit: number): string[] | null {
  const found: string[] = [];
  for (const match of program.matches(text, limit, context.budget)) {
    context.budget.allocate(16 + match.end - match.start);
    found.push(text.slice(match.start, match.end));
  }
  return found.length === 0 ? null : found;
}

function split(
  context: FunctionContext,
  program: RegexProgram,
  source: string,
  text: string,
  limit: number,
): string[] | null {
  if (limit === 0) return null;
  if (source !== '' && text === '') return [''];
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of program.matches(text, limit, context.budget)) {
    if (limit > 0 && parts.length === limit - 1) break;
    context.budget.allocate(16);
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return parts;
}

/** A piece of a replacement: text, or a group by number. */
type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'group'; readonly index: number };

/**
 * Go's replacement rules: `$name` takes the longest run of letters, digits and underscores, so that `$1W` is the group named
 * `1W`; `$$` is a dollar sign; what names no group is empty.
 */
function pieces(program: RegexProgram, replacement: string): Piece[] {
  const found: Piece[] = [];
  let rest = replacement;
  while (rest !== '') {
    const dollar = rest.indexOf('$');
    if (dollar < 0) return [...found, { kind: 'text', text: rest }];
    found.push({ kind: 'text', text: rest.slice(0, dollar) });
    rest = rest.slice(dollar);
    const name = groupName(rest);
    if (rest.startsWith('$$')) {
      found.push({ kind: 'text', text: '$' });
      rest = rest.slice(2);
    } else if (name === undefined) {
      found.push({ kind: 'text', text: '$' });
      rest = rest.slice(1);
    } else {
      found.push({ kind: 'group', index: groupIndex(program, name) });
      rest = rest.slice(rest.startsWith('${') ? name.length + 3 : name.length + 1);
    }
  }
  return found;
}

/** The name behind a dollar sign, with or without braces. */
function groupName(text: string): string | undefined {
  const braced = text.startsWith('${');
  const start = braced ? 2 : 1;
  let end = start;
  while (end < text.length) {
    const { rune, size } = decodeRune(text, end);
    if (rune !== 0x5f && !isLetter(rune) && !isDigit(rune)) break;
    end += size;
  }
  if (end === start || (braced && text[end] !== '}')) return undefined;
  return text.slice(start, end);
}

function groupIndex(program: RegexProgram, name: string): number {
  if (/^[0-9]+$/.test(name) && !/^0[0-9]/.test(name)) return Number(name);
  return program.groupNames.get(name) ?? -1;
}

function expand(text: string, match: RegexMatch, replacement: readonly Piece[]): string {
  return replacement
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      const { start, end } = match.group(piece.index);
      return start < 0 ? '' : text.slice(start, end);
    })
    .join('');
}

function replaceAll(
  context: FunctionContext,
  program: RegexProgram,
  text: string,
  replacement: readonly Piece[],
): string {
  const search = program.searcher(text, context.budget);
  let out = '';
  let lastEnd = 0;
  for (let at = 0; at <= text.length;) {
    const match = search(at);
    if (match === undefined) break;
    out += text.slice(lastEnd, match.start);
    // Not for an empty match directly behind another one.
    if (match.end > lastEnd || match.start === 0) {
      const expanded = expand(text, match, replacement);
      context.budget.allocate(expanded.length);
      out += expanded;
    }
    lastEnd = match.end;
    const width = at < text.length ? decodeRune(text, at).size : 1;
    at = Math.max(at + width, match.end);
  }
  return out + text.slice(lastEnd);
}

type Compile = (source: string, context: FunctionContext) => RegexProgram;

/** Each function twice: without `must` a bad pattern panics, with `must` it is an error, which shows in the message alone. */
function variants(prefix: '' | 'must', compile: Compile) {
  const named = (name: string) => (prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return [
    define(named('regexFind'), [t.string, t.string], t.string, (context, source, text) =>
      find(context, compile(source, context), text),
    ),
    define(named('regexFindAll'), [t.string, t.string, t.int], t.strings, (context, source, text, limit) =>
      findAll(context, compile(source, context), text, limit),
    ),
    define(named('regexReplaceAll'), [t.string, t.string, t.string], t.string, (context, source, text, replacement) => {
      const program = compile(source, context);
      return replaceAll(context, program, text, pieces(program, replacement));
    }),
    define(
      named('regexReplaceAllLiteral'),
      [t.string, t.string, t.string],
      t.string,
      (context, source, text, literal) =>
        replaceAll(context, compile(source, context), text, [{ kind: 'text', text: literal }]),
    ),
    define(named('regexSplit'), [t.string, t.string, t.int], t.strings, (context, source, text, limit) =>
      split(context, compile(source, context), source, text, limit),
    ),
  ];
}

const mustRegexMatch = define('mustRegexMatch', [t.string, t.string], t.bool, (context, source, text) =>
  isMatch(context, RegexProgram.compile(source, context.budget), text),
);

/** Regular expressions with RE2's syntax. */
export const regexFunctions = [
  define('regexMatch', [t.string, t.string], t.bool, (context, source, text) => {
    try {
      return isMatch(context, RegexProgram.compile(source, context.budget), text);
    } catch (error) {
      // A bad pattern matches nothing.
      if (error instanceof GoError) return false;
      throw error;
    }
  }),
  mustRegexMatch,
  ...variants('', (source, { budget }) => RegexProgram.mustCompile(source, budget)),
  ...variants('must', (source, { budget }) => RegexProgram.compile(source, budget)),
  define('regexQuoteMeta', [t.string], t.string, (_context, text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
];
