import { quote } from '../strconv/quote.ts';
import { isDigit, isLetter, isPrint } from '../value/unicode.ts';
import { decodeRune, encodeRune } from '../value/utf8.ts';
import type { Token, TokenKind } from './token.ts';
import { keywords } from './token.ts';

/** The text between which actions stand. */
export interface Delimiters {
  /** Default `{{`. */
  readonly left: string;
  /** Default `}}`. */
  readonly right: string;
}

const endOfInput = -1;
const trimMarkerLength = 2;

function isBlank(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\t' || unit === '\r' || unit === '\n';
}

function isWordRune(rune: number): boolean {
  return rune === 0x5f || isLetter(rune) || isDigit(rune);
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** `%#U` of a rune, as it stands in messages. */
function describeRune(rune: number): string {
  if (rune === endOfInput) return 'U+FFFFFFFFFFFFFFFF';
  const code = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrint(rune) ? `${code} '${encodeRune(rune)}'` : code;
}

/**
 * Splits a template into tokens, one per call of `next`. The input is a byte string. Where text is trimmed (`{{-`, `-}}`)
 * the parser never sees it.
 */
export class Lexer {
  readonly #input: string;
  readonly #left: string;
  readonly #right: string;
  #at = 0;
  #start = 0;
  #line = 1;
  #startLine = 1;
  #parens = 0;
  #insideAction = false;
  #failed = false;

  constructor(input: string, delimiters: Delimiters) {
    this.#input = input;
    this.#left = delimiters.left;
    this.#right = delimiters.right;
  }

  next(): Token {
    if (this.#failed) return { kind: 'eof', value: 'EOF', position: 0, line: this.#startLine };
    if (this.#insideAction) return this.#action();
    for (;;) {
      const token = this.#text();
      if (token !== undefined) return token;
    }
  }

  #take(kind: TokenKind): Token {
    const token: Token = {
      kind,
      value: this.#input.slice(this.#start, this.#at),
      position: this.#start,
      line: this.#startLine,
    };
    // Tokens that span lines: raw strings, text, and blanks between arguments.
    this.#skip();
    return token;
  }

  /** Drops what was read since the last token. */
  #skip(): void {
    this.#line += countLines(this.#input.slice(this.#start, this.#at));
    this.#start = this.#at;
    this.#startLine = this.#line;
  }

  #error(message: string): Token {
    this.#failed = true;
    return { kind: 'error', value: message, position: this.#start, line: this.#startLine };
  }

  #peek(): number {
    return this.#at < this.#input.length ? decodeRune(this.#input, this.#at).rune : endOfInput;
  }

  #advance(): number {
    if (this.#at >= this.#input.length) return endOfInput;
    const { rune, size } = decodeRune(this.#input, this.#at);
    this.#at += size;
    return rune;
  }

  /** Text up to the next action; undefined after a comment, which leaves nothing. */
  #text(): Token | undefined {
    const found = this.#input.indexOf(this.#left, this.#at);
    if (found < 0) {
      this.#at = this.#input.length;
      return this.#at > this.#start ? this.#take('text') : { ...this.#take('eof'), value: 'EOF' };
    }
    if (found > this.#at) {
      this.#at = this.#hasLeftTrim(found + this.#left.length) ? this.#trimmedEnd(found) : found;
      const token = this.#at > this.#start ? this.#take('text') : undefined;
      this.#at = found;
      this.#skip();
      if (token !== undefined) return token;
    }
    return this.#leftDelimiter();
  }

  #trimmedEnd(end: number): number {
    while (end > this.#start && isBlank(this.#input[end - 1])) end--;
    return end;
  }

  #hasLeftTrim(at: number): boolean {
    return this.#input[at] === '-' && isBlank(this.#input[at + 1]);
  }

  #hasRightTrim(at: number): boolean {
    return isBlank(this.#input[at]) && this.#input[at + 1] === '-';
  }

  #leftDelimiter(): Token | undefined {
    this.#at += this.#left.length;
    const marker = this.#hasLeftTrim(this.#at) ? trimMarkerLength : 0;
    if (this.#input.startsWith('/*', this.#at + marker)) {
      this.#at += marker;
      this.#skip();
      return this.#comment();
    }
    const token = this.#take('leftDelim');
    this.#insideAction = true;
    this.#at += marker;
    this.#skip();
    this.#parens = 0;
    return token;
  }

  #comment(): Token | undefined {
    const end = this.#input.indexOf('*/', this.#at + 2);
    if (end < 0) return this.#error('unclosed comment');
    this.#at = end + 2;
    const delimiter = this.#atRightDelimiter();
    if (delimiter === 'none') return this.#error('comment ends before closing delimiter');
    if (delimiter === 'trimming') this.#at += trimMarkerLength;
    this.#at += this.#right.length;
    if (delimiter === 'trimming') this.#skipBlanks();
    this.#skip();
    return undefined;
  }

  #skipBlanks(): void {
    while (isBlank(this.#input[this.#at])) this.#at++;
  }

  #atRightDelimiter(): 'none' | 'plain' | 'trimming' {
    if (this.#hasRightTrim(this.#at) && this.#input.startsWith(this.#right, this.#at + trimMarkerLength)) {
      return 'trimming';
    }
    return this.#input.startsWith(this.#right, this.#at) ? 'plain' : 'none';
  }

  #rightDelimiter(): Token {
    const trimming = this.#atRightDelimiter() === 'trimming';
    if (trimming) {
      this.#at += trimMarkerLength;
      this.#skip();
    }
    this.#at += this.#right.length;
    const token = this.#take('rightDelim');
    if (trimming) {
      this.#skipBlanks();
      this.#skip();
    }
    this.#insideAction = false;
    return token;
  }

  #action(): Token {
    if (this.#atRightDelimiter() !== 'none') {
      return this.#parens === 0 ? this.#rightDelimiter() : this.#error('unclosed left paren');
    }
    const start = this.#at;
    const rune = this.#advance();
    if (rune === endOfInput) return this.#error('unclosed action');
    const char = this.#input.slice(start, this.#at);
    if (isBlank(char)) return this.#space();
    switch (char) {
      case '=':
        return this.#take('assign');
      case ':':
        return this.#advance() === 0x3d ? this.#take('declare') : this.#error('expected :=');
      case '|':
        return this.#take('pipe');
      case '"':
        return this.#quoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#quoted("'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.#rawString();
      case '$':
        return this.#fieldOrVariable('variable');
      case '(':
        this.#parens++;
        return this.#take('leftParen');
      case ')':
        this.#parens--;
        return this.#parens < 0 ? this.#error('unexpected right paren') : this.#take('rightParen');
      default:
        break;
    }
    const startsField = char === '.' && this.#at < this.#input.length && !/[0-9]/.test(this.#input[this.#at] ?? '');
    if (startsField) return this.#fieldOrVariable('field');
    if (/^[.+\-0-9]$/.test(char)) {
      this.#at = start;
      return this.#number();
    }
    if (isWordRune(rune)) return this.#word();
    if (rune < 0x80 && isPrint(rune)) return this.#take('char');
    return this.#error(`unrecognized character in action: ${describeRune(rune)}`);
  }

  /** A run of blanks. Its last one may belong to a trimming delimiter. */
  #space(): Token {
    this.#skipBlanks();
    const last = this.#at - 1;
    if (this.#hasRightTrim(last) && this.#input.startsWith(this.#right, last + trimMarkerLength)) {
      this.#at = last;
      if (this.#at === this.#start) return this.#rightDelimiter();
    }
    return this.#take('space');
  }

  #word(): Token {
    while (isWordRune(this.#peek())) this.#advance();
    const bad = this.#badTerminator();
    if (bad !== undefined) return bad;
    const word = this.#input.slice(this.#start, this.#at);
    if (keywords.has(word)) return this.#take(word as TokenKind);
    return this.#take(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  #fieldOrVariable(kind: 'field' | 'variable'): Token {
    if (this.#atTerminator()) return this.#take(kind === 'variable' ? 'variable' : 'dot');
    while (isWordRune(this.#peek())) this.#advance();
    return this.#badTerminator() ?? this.#take(kind);
  }

  #badTerminator(): Token | undefined {
    return this.#atTerminator() ? undefined : this.#error(`bad character ${describeRune(this.#peek())}`);
  }

  /** True where a word may end. */
  #atTerminator(): boolean {
    const unit = this.#input[this.#at];
    return (
      unit === undefined || isBlank(unit) || '.,|:)('.includes(unit) || this.#input.startsWith(this.#right, this.#at)
    );
  }

  #quoted(delimiter: string, kind: TokenKind, message: string): Token {
    for (;;) {
      const unit = this.#input[this.#at];
      if (unit === '\\') {
        const escaped = this.#input[this.#at + 1];
        if (escaped === undefined || escaped === '\n') return this.#error(message);
        this.#at += 2;
        continue;
      }
      if (unit === undefined || unit === '\n') return this.#error(message);
      this.#at++;
      if (unit === delimiter) return this.#take(kind);
    }
  }

  #rawString(): Token {
    const end = this.#input.indexOf('`', this.#at);
    if (end < 0) return this.#error('unterminated raw quoted string');
    this.#at = end + 1;
    return this.#take('rawString');
  }

  #number(): Token {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.#input[this.#at];
    if (sign !== '+' && sign !== '-') return this.#take('number');
    if (!this.#scanNumber() || this.#input[this.#at - 1] !== 'i') return this.#badNumber();
    return this.#take('complex');
  }

  #badNumber(): Token {
    return this.#error(`bad number syntax: ${quote(this.#input.slice(this.#start, this.#at))}`);
  }

  /** Takes what can be a number; whether it is one, the parser finds out. */
  #scanNumber(): boolean {
    const shape =
      /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
    shape.lastIndex = this.#at;
    const match = shape.exec(this.#input);
    this.#at += match?.[0].length ?? 0;
    if (!isWordRune(this.#peek())) return true;
    this.#advance();
    return false;
  }
}
