import { compareYamlKeys } from './key-order.ts';
import { charAt, chooseStyle, isBreak, isPrintable } from './scalar-style.ts';

/** What can be written: texts are byte strings, numbers and other plain words come ready to print. */
export type Emittable =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Emittable[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Emittable> };

const bestIndent = 2;
const bestWidth = 80;
/** Longer keys get a line of their own behind a question mark. */
const longestSimpleKey = 128;

const escapes: Readonly<Record<number, string>> = {
  0x00: '0',
  0x07: 'a',
  0x08: 'b',
  0x09: 't',
  0x0a: 'n',
  0x0b: 'v',
  0x0c: 'f',
  0x0d: 'r',
  0x1b: 'e',
  0x22: '"',
  0x5c: '\\',
  0x85: 'N',
  0xa0: '_',
  0x2028: 'L',
  0x2029: 'P',
};

function escaped(char: string): string {
  const rune = Buffer.from(char, 'latin1').toString('utf8').codePointAt(0) ?? 0;
  const short = escapes[rune];
  if (short !== undefined) return `\\${short}`;
  const hex = rune.toString(16).toUpperCase();
  if (rune <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return rune <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Writes block style with the line breaks of libyaml, on which byte-for-byte agreement depends. */
class Emitter {
  #out: string[] = [];
  #column = 0;
  #indent = -1;
  /** The last thing written was a blank. */
  #afterBlank = true;
  /** Nothing but indentation and indicators stands on the line. */
  #atIndent = true;

  get text(): string {
    return this.#out.join('');
  }

  document(node: Emittable): void {
    this.#node(node, false);
    this.#writeIndent();
  }

  #put(char: string): void {
    this.#out.push(char);
    if (isBreak(char)) this.#column = 0;
    else this.#column++;
  }

  #putAll(text: string): void {
    for (const char of text) this.#put(char);
  }

  #writeIndent(): void {
    const indent = Math.max(this.#indent, 0);
    if (!this.#atIndent || this.#column > indent || (this.#column === indent && !this.#afterBlank)) this.#put('\n');
    while (this.#column < indent) this.#put(' ');
    this.#afterBlank = true;
    this.#atIndent = true;
  }

  #indicator(text: string, { blankBefore = false, isBlank = false, keepsIndent = false } = {}): void {
    if (blankBefore && !this.#afterBlank) this.#put(' ');
    this.#putAll(text);
    this.#afterBlank = isBlank;
    this.#atIndent &&= keepsIndent;
  }

  #node(node: Emittable, inMapping: boolean): void {
    if (node.kind === 'text') this.#scalar(node.text, false);
    else if (node.kind === 'word') this.#indented(() => this.#plain(node.text, true));
    else if (node.kind === 'list') this.#list(node.items, inMapping);
    else this.#map(node.entries);
  }

  #list(items: readonly Emittable[], inMapping: boolean): void {
    if (items.length === 0) {
      this.#empty('[', ']');
      return;
    }
    const outer = this.#indent;
    // A list in a mapping is not indented further than its key.
    const indentless = inMapping && !this.#atIndent;
    if (outer < 0) this.#indent = 0;
    else if (!indentless) this.#indent += bestIndent;
    for (const item of items) {
      this.#writeIndent();
      this.#indicator('-', { blankBefore: true, keepsIndent: true });
      this.#node(item, false);
    }
    this.#indent = outer;
  }

  #empty(open: string, close: string): void {
    this.#indicator(open, { blankBefore: true, isBlank: true });
    this.#indicator(close);
  }

  #map(entries: ReadonlyMap<string, Emittable>): void {
    if (entries.size === 0) {
      this.#empty('{', '}');
      return;
    }
    const outer = this.#indent;
    this.#indent = outer < 0 ? 0 : outer + bestIndent;
    for (const key of [...entries.keys()].sort(compareYamlKeys)) {
      this.#writeIndent();
      this.#key(key);
      const value = entries.get(key);
      if (value !== undefined) this.#node(value, true);
    }
    this.#indent = outer;
  }

  #key(key: string): void {
    if (key.length <= longestSimpleKey && !chooseStyle(key, true).multiline) {
      this.#scalar(key, true);
      this.#indicator(':');
      return;
    }
    this.#indicator('?', { blankBefore: true, keepsIndent: true });
    this.#scalar(key, false);
    this.#writeIndent();
    this.#indicator(':', { blankBefore: true, keepsIndent: true });
  }

  #indented(write: () => void): void {
    const outer = this.#indent;
    this.#indent = outer < 0 ? bestIndent : outer + bestIndent;
    write();
    this.#indent = outer;
  }

  #scalar(text: string, isSimpleKey: boolean): void {
    const { style } = chooseStyle(text, isSimpleKey);
    this.#indented(() => {
      if (style === 'plain') this.#plain(text, !isSimpleKey);
      else if (style === 'single') this.#single(text, !isSimpleKey);
      else if (style === 'double') this.#double(text, !isSimpleKey);
      else this.#literal(text);
    });
  }

  #plain(text: string, mayBreak: boolean): void {
    if (!this.#afterBlank) this.#put(' ');
    this.#folded(text, mayBreak, (at) => text.charAt(at + 1) !== ' ');
    this.#afterBlank = false;
    this.#atIndent = false;
  }

  #single(text: string, mayBreak: boolean): void {
    this.#indicator("'", { blankBefore: true });
    this.#folded(text, mayBreak, (at) => at > 0 && at < text.length - 1 && text.charAt(at + 1) !== ' ', true);
    this.#indicator("'");
    this.#afterBlank = false;
    this.#atIndent = false;
  }

  /** Text in which a single blank beyond the width may become a line break, and each line break is doubled. */
  #folded(text: string, mayBreak: boolean, breakable: (at: number) => boolean, doublesQuotes = false): void {
    let spaces = false;
    let broken = false;
    for (let at = 0; at < text.length;) {
      const char = charAt(text, at);
      if (char === ' ') {
        if (mayBreak && !spaces && this.#column > bestWidth && breakable(at)) this.#writeIndent();
        else this.#put(char);
        spaces = true;
      } else if (isBreak(char)) {
        if (!broken && char === '\n') this.#put('\n');
        this.#put(char);
        this.#atIndent = true;
        broken = true;
      } else {
        if (broken) this.#writeIndent();
        if (doublesQuotes && char === "'") this.#put("'");
        this.#put(char);
        this.#atIndent = false;
        spaces = false;
        broken = false;
      }
      at += char.length;
    }
  }

  #double(text: string, mayBreak: boolean): void {
    // libyaml looks for the byte order mark at the start only, and then escapes everything.
    const startsWithMark = text.startsWith('\xef\xbb\xbf');
    let spaces = false;
    this.#indicator('"', { blankBefore: true });
    for (let at = 0; at < text.length;) {
      const char = charAt(text, at);
      if (!isPrintable(char) || startsWithMark || isBreak(char) || char === '"' || char === '\\') {
        this.#putAll(escaped(char));
        spaces = false;
      } else if (char === ' ') {
        if (mayBreak && !spaces && this.#column > bestWidth && at > 0 && at < text.length - 1) {
          this.#writeIndent();
          if (text.charAt(at + 1) === ' ') this.#put('\\');
        } else this.#put(char);
        spaces = true;
      } else {
        this.#put(char);
        spaces = false;
      }
      at += char.length;
    }
    this.#indicator('"');
    this.#afterBlank = false;
    this.#atIndent = false;
  }

  #literal(text: string): void {
    this.#indicator('|', { blankBefore: true });
    if (text.startsWith(' ') || isBreak(charAt(text, 0))) this.#indicator(String(bestIndent));
    const chomping = chompingOf(text);
    if (chomping !== '') this.#indicator(chomping);
    this.#put('\n');
    this.#atIndent = true;
    this.#afterBlank = true;
    let broken = true;
    for (let at = 0; at < text.length;) {
      const char = charAt(text, at);
      if (isBreak(char)) {
        this.#put(char);
        this.#atIndent = true;
        broken = true;
      } else {
        if (broken) this.#writeIndent();
        this.#put(char);
        this.#atIndent = false;
        broken = false;
      }
      at += char.length;
    }
  }
}

/** What a literal says about the breaks at its end: one is the default, none is `-`, more are `+`. */
function chompingOf(text: string): '' | '-' | '+' {
  const ending = /(?:\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9])$/;
  const last = ending.exec(text);
  if (last === null) return '-';
  const before = text.slice(0, last.index);
  return before === '' || ending.test(before) ? '+' : '';
}

/** The document that go-yaml 2 writes for a value, with the line break at its end. */
export function emitYaml(node: Emittable): string {
  const emitter = new Emitter();
  emitter.document(node);
  return emitter.text;
}
