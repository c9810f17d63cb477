import type { Mark } from './cursor.ts';
import { Cursor } from './cursor.ts';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalars.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-tags.ts';
import type { Punctuation, YamlToken } from './tokens.ts';

/** A place where a key without question mark may have started. */
interface SimpleKey {
  /** Nothing else may stand there. */
  readonly required: boolean;
  /** Number of its token since the start of the stream. */
  readonly token: number;
  readonly mark: Mark;
}

/** A colon further away does not make a key. */
const keyDistance = 1024;

/**
 * Splits a text into the tokens of YAML 1.1 by libyaml's rules. What starts a mapping is known only when its first colon is
 * found: then the tokens for its start and its key are put in front of what was read since.
 */
export class YamlScanner {
  readonly #cursor: Cursor;
  readonly #queue: YamlToken[] = [];
  /** Tokens handed out. */
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** One place per level of flow collections, the block level first. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  #keyAllowed = true;
  #ended = false;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  peek(): YamlToken {
    while (this.#needsMore()) this.#fetch();
    const [token] = this.#queue;
    if (token === undefined) throw this.#cursor.error('did not find expected <stream-end>');
    return token;
  }

  next(): YamlToken {
    const token = this.peek();
    this.#queue.shift();
    this.#taken++;
    return token;
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  /** The first token may still turn out to be a key. */
  #needsMore(): boolean {
    if (this.#queue.length === 0) return !this.#ended;
    return this.#keys.some((key, level) => key?.token === this.#taken && this.#isAlive(level));
  }

  /** Drops the place once a key can no longer start there. */
  #isAlive(level: number): boolean {
    const key = this.#keys[level];
    if (key === undefined) return false;
    if (key.mark.line >= this.#cursor.line && key.mark.index + keyDistance >= this.#cursor.index) return true;
    this.#dropKey(level);
    return false;
  }

  #dropKey(level = this.#keys.length - 1): void {
    if (this.#keys[level]?.required === true) throw this.#cursor.error("could not find expected ':'");
    this.#keys[level] = undefined;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    this.#dropKey();
    this.#keys[this.#keys.length - 1] = {
      required: !this.#inFlow && this.#indent === this.#cursor.column,
      token: this.#taken + this.#queue.length,
      mark: this.#cursor.mark,
    };
  }

  #add(kind: Punctuation, start: Mark, at = this.#queue.length): void {
    this.#queue.splice(at, 0, { kind, start });
  }

  /** Opens a block collection at the column, unless one is open there. */
  #rollIndent(column: number, kind: Punctuation, mark: Mark, at?: number): void {
    if (this.#inFlow || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#add(kind, mark, at);
  }

  /** Closes the block collections that are indented further than the column. */
  #unrollIndent(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#add('blockEnd', this.#cursor.mark);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#unrollIndent(cursor.column);
    if (cursor.atEnd()) {
      this.#streamEnd();
      return;
    }
    const char = cursor.peek();
    if (cursor.column === 0 && char === '%') this.#directive();
    else if (cursor.atDocumentIndicator()) this.#documentIndicator(char === '-' ? 'documentStart' : 'documentEnd');
    else if (char === '[') this.#flowStart('flowSequenceStart');
    else if (char === '{') this.#flowStart('flowMappingStart');
    else if (char === ']') this.#flowEnd('flowSequenceEnd');
    else if (char === '}') this.#flowEnd('flowMappingEnd');
    else if (char === ',') this.#flowEntry();
    else if (char === '-' && cursor.isBlankOrEnd(1)) this.#blockEntry();
    else if (char === '?' && (this.#inFlow || cursor.isBlankOrEnd(1))) this.#key();
    else if (char === ':' && (this.#inFlow || cursor.isBlankOrEnd(1))) this.#value();
    else this.#content(char);
  }

  #content(char: string): void {
    const cursor = this.#cursor;
    if (char === '*' || char === '&') {
      this.#node(() => scanAnchor(cursor, char === '*' ? 'alias' : 'anchor'));
    } else if (char === '!') this.#node(() => scanTag(cursor));
    else if ((char === '|' || char === '>') && !this.#inFlow) this.#blockScalar(char === '|');
    else if (char === "'" || char === '"') {
      this.#node((start) => ({ kind: 'scalar', start, text: scanQuoted(cursor, char), plain: false }));
    } else if (this.#startsPlain(char)) this.#plain();
    else throw cursor.error('found character that cannot start any token');
  }

  #startsPlain(char: string): boolean {
    if (char === '-') return !this.#cursor.isBlank(1);
    if (char === '?' || char === ':') return !this.#inFlow && !this.#cursor.isBlankOrEnd(1);
    return !this.#cursor.isBlankOrEnd() && !',[]{}#&*!|>\'"%@`'.includes(char);
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      if (cursor.column === 0 && cursor.peek() === '\ufeff') cursor.skip();
      const tabsAllowed = this.#inFlow || !this.#keyAllowed;
      while (cursor.peek() === ' ' || (tabsAllowed && cursor.peek() === '\t')) cursor.skip();
      cursor.skipComment();
      if (!cursor.isBreak()) return;
      cursor.readBreak();
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #streamEnd(): void {
    this.#cursor.endLine();
    this.#unrollIndent(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#add('streamEnd', this.#cursor.mark);
    this.#ended = true;
  }

  #directive(): void {
    this.#unrollIndent(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#queue.push(scanDirective(this.#cursor));
  }

  #documentIndicator(kind: Punctuation): void {
    this.#unrollIndent(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#add(kind, this.#cursor.mark);
    this.#cursor.skip(3);
  }

  #flowStart(kind: Punctuation): void {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#keyAllowed = true;
    this.#add(kind, this.#cursor.mark);
    this.#cursor.skip();
  }

  #flowEnd(kind: Punctuation): void {
    this.#dropKey();
    if (this.#inFlow) this.#keys.pop();
    this.#keyAllowed = false;
    this.#add(kind, this.#cursor.mark);
    this.#cursor.skip();
  }

  #flowEntry(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    this.#add('flowEntry', this.#cursor.mark);
    this.#cursor.skip();
  }

  #blockEntry(): void {
    const { mark } = this.#cursor;
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw this.#cursor.error('block sequence entries are not allowed in this context');
      this.#rollIndent(mark.column, 'blockSequenceStart', mark);
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#add('blockEntry', mark);
    this.#cursor.skip();
  }

  #key(): void {
    const { mark } = this.#cursor;
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw this.#cursor.error('mapping keys are not allowed in this context');
      this.#rollIndent(mark.column, 'blockMappingStart', mark);
    }
    this.#dropKey();
    this.#keyAllowed = !this.#inFlow;
    this.#add('key', mark);
    this.#cursor.skip();
  }

  #value(): void {
    const { mark } = this.#cursor;
    const level = this.#keys.length - 1;
    const key = this.#isAlive(level) ? this.#keys[level] : undefined;
    if (key !== undefined) {
      const at = key.token - this.#taken;
      this.#add('key', key.mark, at);
      this.#rollIndent(key.mark.column, 'blockMappingStart', key.mark, at);
      this.#keys[level] = undefined;
      this.#keyAllowed = false;
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) throw this.#cursor.error('mapping values are not allowed in this context');
        this.#rollIndent(mark.column, 'blockMappingStart', mark);
      }
      this.#keyAllowed = !this.#inFlow;
    }
    this.#add('value', mark);
    this.#cursor.skip();
  }

  /** Anything that can be a key. */
  #node(scan: (start: Mark) => YamlToken): void {
    this.#saveKey();
    this.#keyAllowed = false;
    this.#queue.push(scan(this.#cursor.mark));
  }

  #plain(): void {
    this.#node((start) => {
      const { text, broken } = scanPlain(this.#cursor, { indent: this.#indent, inFlow: this.#inFlow });
      if (broken) this.#keyAllowed = true;
      return { kind: 'scalar', start, text, plain: true };
    });
  }

  #blockScalar(literal: boolean): void {
    this.#dropKey();
    this.#keyAllowed = true;
    const start = this.#cursor.mark;
    this.#queue.push({ kind: 'scalar', start, text: scanBlock(this.#cursor, literal, this.#indent), plain: false });
  }
}
