import type { GoError } from '../value/go-error.ts';
import type { Constant } from '../value/public-text.ts';
import { constant, count, shown } from '../value/public-text.ts';
import { plainYamlError } from './yaml-error.ts';

/** A place in the text. Lines and columns count from 0. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

const breaks = '\r\n\u0085\u2028\u2029';

/** Reads a text character by character. At its end it sees NUL, which no text contains. */
export class Cursor {
  readonly #text: string;
  #index = 0;
  #line = 0;
  #column = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.#column };
  }

  get column(): number {
    return this.#column;
  }

  get line(): number {
    return this.#line;
  }

  get index(): number {
    return this.#index;
  }

  peek(offset = 0): string {
    return this.#text.charAt(this.#index + offset) || '\0';
  }

  atEnd(offset = 0): boolean {
    return this.#index + offset >= this.#text.length;
  }

  isBreak(offset = 0): boolean {
    return breaks.includes(this.peek(offset));
  }

  isBlank(offset = 0): boolean {
    const char = this.peek(offset);
    return char === ' ' || char === '\t';
  }

  isBreakOrEnd(offset = 0): boolean {
    return this.atEnd(offset) || this.isBreak(offset);
  }

  isBlankOrEnd(offset = 0): boolean {
    return this.isBlank(offset) || this.isBreakOrEnd(offset);
  }

  /** True at `---` or `...` at the start of a line. */
  atDocumentIndicator(): boolean {
    if (this.#column !== 0) return false;
    const three = this.#text.slice(this.#index, this.#index + 3);
    return (three === '---' || three === '...') && this.isBlankOrEnd(3);
  }

  /** Goes on within the line. */
  skip(count = 1): void {
    this.#index += count;
    this.#column += count;
  }

  read(): string {
    const char = this.peek();
    this.skip();
    return char;
  }

  /** Takes a line break and gives it as the value has it: CR, CRLF and U+0085 are a line feed there. */
  readBreak(): string {
    const char = this.peek();
    this.#index += char === '\r' && this.peek(1) === '\n' ? 2 : 1;
    this.#line++;
    this.#column = 0;
    return char === '\u2028' || char === '\u2029' ? char : '\n';
  }

  skipBlanks(): void {
    while (this.isBlank()) this.skip();
  }

  skipComment(): void {
    if (this.peek() !== '#') return;
    while (!this.isBreakOrEnd()) this.skip();
  }

  /** A stream ends on a line of its own. */
  endLine(): void {
    if (this.#column === 0) return;
    this.#column = 0;
    this.#line++;
  }

  /** The error of a scanner about the current place. */
  error<const T extends string>(problem: Constant<T>): GoError {
    const reason = constant<T>(problem);
    return plainYamlError(this.#line === 0 ? reason : shown`line ${count(this.#line + 1)}: ${reason}`);
  }
}
