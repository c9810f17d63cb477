import type { Cursor } from './cursor.ts';

/** The surroundings of a scalar. */
export interface ScalarContext {
  /** Column of the block collection around it, −1 outside of all. */
  readonly indent: number;
  /** Inside of `[]` or `{}`. */
  readonly inFlow: boolean;
}

/** Blanks and line breaks between the words of a scalar, and what becomes of them. */
class Folding {
  #blanks = '';
  #firstBreak = '';
  #otherBreaks = '';
  #broken = false;

  get broken(): boolean {
    return this.#broken;
  }

  /** A backslash before a line break joins the lines. */
  escapeBreak(): void {
    this.#broken = true;
  }

  take(cursor: Cursor): void {
    if (!cursor.isBreak()) {
      if (this.#broken) cursor.skip();
      else this.#blanks += cursor.read();
    } else if (this.#broken) this.#otherBreaks += cursor.readBreak();
    else {
      this.#blanks = '';
      this.#firstBreak = cursor.readBreak();
      this.#broken = true;
    }
  }

  /** One line break becomes a blank, of more the first is dropped. */
  fold(): string {
    let text = this.#blanks;
    if (this.#broken && this.#firstBreak === '\n') text = this.#otherBreaks === '' ? ' ' : this.#otherBreaks;
    else if (this.#broken) text = this.#firstBreak + this.#otherBreaks;
    this.#blanks = '';
    this.#firstBreak = '';
    this.#otherBreaks = '';
    this.#broken = false;
    return text;
  }
}

/** A plain scalar. `broken` says that line breaks follow it, after which a key may start. */
export function scanPlain(cursor: Cursor, { indent, inFlow }: ScalarContext): { text: string; broken: boolean } {
  const folding = new Folding();
  let text = '';
  while (!cursor.atDocumentIndicator() && cursor.peek() !== '#') {
    while (!cursor.isBlankOrEnd()) {
      const char = cursor.peek();
      if ((char === ':' && cursor.isBlankOrEnd(1)) || (inFlow && ',?[]{}'.includes(char))) break;
      text += folding.fold() + cursor.read();
    }
    if (!cursor.isBlank() && !cursor.isBreak()) break;
    while (cursor.isBlank() || cursor.isBreak()) {
      if (folding.broken && cursor.column <= indent && cursor.peek() === '\t') {
        throw cursor.error('found a tab character that violates indentation');
      }
      folding.take(cursor);
    }
    if (!inFlow && cursor.column <= indent) break;
  }
  return { text, broken: folding.broken };
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(cursor: Cursor): string {
  const name = cursor.peek(1);
  const simple = Object.hasOwn(escapes, name) ? escapes[name] : undefined;
  const length = Object.hasOwn(codeLengths, name) ? codeLengths[name] : undefined;
  if (simple === undefined && length === undefined) throw cursor.error('found unknown escape character');
  cursor.skip(2);
  if (length === undefined) return simple ?? '';
  const digits = Array.from({ length }, (_unused, at) => cursor.peek(at)).join('');
  if (!/^[0-9a-fA-F]+$/.test(digits)) throw cursor.error('did not find expected hexdecimal number');
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    throw cursor.error('found invalid Unicode character escape code');
  }
  cursor.skip(length);
  return String.fromCodePoint(code);
}

/** A scalar in single or double quotes. */
export function scanQuoted(cursor: Cursor, quote: '"' | "'"): string {
  cursor.skip();
  const folding = new Folding();
  let text = '';
  for (;;) {
    if (cursor.atDocumentIndicator()) throw cursor.error('found unexpected document indicator');
    if (cursor.atEnd()) throw cursor.error('found unexpected end of stream');
    while (!cursor.isBlankOrEnd()) {
      const char = cursor.peek();
      if (quote === "'" && char === "'" && cursor.peek(1) === "'") {
        text += "'";
        cursor.skip(2);
      } else if (char === quote) break;
      else if (quote === '"' && char === '\\' && cursor.isBreak(1)) {
        cursor.skip();
        cursor.readBreak();
        folding.escapeBreak();
        break;
      } else text += quote === '"' && char === '\\' ? readEscape(cursor) : cursor.read();
    }
    if (cursor.peek() === quote) break;
    while (cursor.isBlank() || cursor.isBreak()) folding.take(cursor);
    text += folding.fold();
  }
  cursor.skip();
  return text;
}

interface BlockHeader {
  readonly chomping: 'strip' | 'clip' | 'keep';
  /** Blanks that the header asks for, 0 where the first line decides. */
  readonly increment: number;
}

function scanHeader(cursor: Cursor): BlockHeader {
  let chomping: BlockHeader['chomping'] = 'clip';
  let increment = 0;
  const sign = () => {
    if (cursor.peek() !== '+' && cursor.peek() !== '-') return false;
    chomping = cursor.read() === '+' ? 'keep' : 'strip';
    return true;
  };
  const digit = () => {
    if (!/[0-9]/.test(cursor.peek())) return false;
    if (cursor.peek() === '0') throw cursor.error('found an indentation indicator equal to 0');
    increment = Number(cursor.read());
    return true;
  };
  if (sign()) digit();
  else if (digit()) sign();
  cursor.skipBlanks();
  cursor.skipComment();
  if (!cursor.isBreakOrEnd()) throw cursor.error('did not find expected comment or line break');
  if (cursor.isBreak()) cursor.readBreak();
  return { chomping, increment };
}

/** Empty lines before a line of a block scalar. Where no indentation is known, the deepest of them decides. */
function scanBreaks(cursor: Cursor, known: number, outer: number): { breaks: string; indent: number } {
  let breaks = '';
  let deepest = 0;
  for (;;) {
    while ((known === 0 || cursor.column < known) && cursor.peek() === ' ') cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if ((known === 0 || cursor.column < known) && cursor.peek() === '\t') {
      throw cursor.error('found a tab character where an indentation space is expected');
    }
    if (!cursor.isBreak()) break;
    breaks += cursor.readBreak();
  }
  return { breaks, indent: known === 0 ? Math.max(deepest, outer + 1, 1) : known };
}

/** A literal (`|`) or folded (`>`) scalar. */
export function scanBlock(cursor: Cursor, literal: boolean, outer: number): string {
  cursor.skip();
  const { chomping, increment } = scanHeader(cursor);
  const known = increment === 0 ? 0 : Math.max(outer, 0) + increment;
  let { breaks, indent } = scanBreaks(cursor, known, outer);
  let text = '';
  let lineBreak = '';
  let afterBlank = false;
  while (cursor.column === indent && !cursor.atEnd()) {
    const startsBlank = cursor.isBlank();
    // Lines that are indented further keep their breaks when folded.
    if (!literal && !afterBlank && !startsBlank && lineBreak === '\n') text += breaks === '' ? ' ' : '';
    else text += lineBreak;
    text += breaks;
    afterBlank = startsBlank;
    while (!cursor.isBreakOrEnd()) text += cursor.read();
    lineBreak = cursor.atEnd() ? '' : cursor.readBreak();
    ({ breaks, indent } = scanBreaks(cursor, indent, outer));
  }
  if (chomping !== 'strip') text += lineBreak;
  return chomping === 'keep' ? text + breaks : text;
}
