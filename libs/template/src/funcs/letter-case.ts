import { isSpace, isUpper, toLowerRune, toUpperRune } from '../value/unicode.ts';
import { decodeRune, encodeRune, fromRunes, replacementRune, runesOf } from '../value/utf8.ts';

/** A class of runes. The answers for ASCII, where most text is, are kept. */
function runeClass(pattern: RegExp): (rune: number) => boolean {
  const matches = (rune: number) => pattern.test(String.fromCodePoint(rune));
  const ascii = Array.from({ length: 128 }, (_unused, rune) => matches(rune));
  return (rune) => ascii[rune] ?? matches(rune);
}

const isNumber = runeClass(/^\p{N}$/u);
const isPunctuation = runeClass(/^\p{P}$/u);
const isAnyLetter = runeClass(/^\p{L}$/u);

function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune);
}

/** Letters except the ideographs of Chinese, which are written without blanks between words. */
function isAlphabet(rune: number): boolean {
  return isAnyLetter(rune) && !ideographs.some(([first, last]) => rune >= first && rune <= last);
}

const ideographs: readonly (readonly [number, number])[] = [
  [0x3400, 0x4d85],
  [0x4e00, 0x9fcc],
  [0x20000, 0x2b81d],
];

/** `PascalCase`: connectors go, the letter after each is upper case. Leading connectors stay. */
export function pascalCase(text: string): string {
  const runes = runesOf(text);
  const out: number[] = [];
  let at = 0;
  while (at < runes.length && isConnector(runes[at] ?? 0)) out.push(runes[at++] ?? 0);
  const first = runes[at];
  // The reference writes the last of nothing but connectors twice.
  if (first === undefined) return fromRunes([...out, ...out.slice(-1)]);
  if (at === runes.length - 1) return fromRunes([...out, toUpperRune(first)]);
  let upperRun = isUpper(first);
  let current = toUpperRune(first);
  for (const next of runes.slice(at + 1)) {
    const previous = current;
    current = next;
    if (isConnector(current) && isConnector(previous)) {
      out.push(previous);
      continue;
    }
    if (isConnector(previous)) {
      upperRun = isUpper(current);
      current = toUpperRune(current);
      continue;
    }
    if (upperRun && isUpper(current)) current = toLowerRune(current);
    else upperRun = false;
    out.push(previous);
  }
  return fromRunes([...out, current]);
}

type WordKind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly text: string;
}

/** Splits a text into runs of one kind, reading runs of capitals as words of their own: `HTTPStatus` is `HTTP`, `Status`. */
class Words {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  isDone(): boolean {
    return this.#rest === '';
  }

  next(): Word {
    if (this.isDone()) return { kind: 'none', text: '' };
    const { rune, size } = this.#rune(0, replacementRune);
    if (rune === replacementRune) return this.#take('none', size);
    if (isConnector(rune)) return this.#take('connector', this.#run(size, isConnector));
    if (isPunctuation(rune)) return this.#take('punctuation', this.#run(size, isPunctuation));
    if (isUpper(rune)) return this.#take('upper', this.#upper(size, rune));
    if (isAlphabet(rune)) return this.#take('alphabet', this.#run(size, isLowerWord));
    if (isNumber(rune)) return this.#take('number', this.#run(size, isNumber));
    return this.#take('other', this.#run(size, isOther));
  }

  #take(kind: WordKind, length: number): Word {
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return { kind, text };
  }

  /** The next valid rune; invalid bytes in front of it belong to it. `previous` where none follows. */
  #rune(at: number, previous: number): { rune: number; size: number } {
    let size = 0;
    while (at + size < this.#rest.length) {
      const decoded = decodeRune(this.#rest, at + size);
      size += decoded.size;
      if (decoded.rune !== replacementRune) return { rune: decoded.rune, size };
    }
    return { rune: previous, size };
  }

  /** End of the run that starts at `from` and for which `belongs` holds. */
  #run(from: number, belongs: (rune: number) => boolean): number {
    let at = from;
    let previous = this.#rune(0, replacementRune).rune;
    while (at < this.#rest.length) {
      const { rune, size } = this.#rune(at, previous);
      previous = rune;
      if (!belongs(rune)) break;
      at += size;
    }
    return at;
  }

  #upper(from: number, first: number): number {
    if (from >= this.#rest.length) return from;
    const second = this.#rune(from, first);
    if (!isUpper(second.rune)) return isAlphabet(second.rune) ? this.#run(from, isLowerWord) : from;
    let at = from;
    let lastSize = 0;
    while (at < this.#rest.length) {
      const { rune, size } = this.#rune(at, second.rune);
      if (!isUpper(rune)) return isAlphabet(rune) ? at - lastSize : at;
      lastSize = size;
      at += size;
    }
    return at;
  }
}

function isLowerWord(rune: number): boolean {
  return isAlphabet(rune) && !isUpper(rune);
}

function isOther(rune: number): boolean {
  return !(isConnector(rune) || isAlphabet(rune) || isNumber(rune) || isPunctuation(rune));
}

function lowered(word: Word, connector: string): string {
  if (word.kind !== 'upper' && word.kind !== 'connector') return word.text;
  return runesOf(word.text)
    .map((rune) => (isConnector(rune) ? connector : encodeRune(isUpper(rune) ? toLowerRune(rune) : rune)))
    .join('');
}

function joins(kind: WordKind): boolean {
  return kind === 'alphabet' || kind === 'number';
}

/** `snake_case` and `kebab-case`: words in lower case with a connector between them. */
export function connectedCase(text: string, connector: '_' | '-'): string {
  if (text === '') return '';
  const words = new Words(text);
  let out = '';
  let word = words.next();
  const separates = (kind: WordKind) => kind !== 'connector' && kind !== 'punctuation';
  /** Takes the letters and digits that follow a number, which stay with it. */
  const takeJoined = () => {
    for (; joins(word.kind); word = words.next()) out += lowered(word, connector);
    if (word.kind !== 'none' && separates(word.kind)) out += connector;
  };
  while (!words.isDone()) {
    const previous = word;
    if (previous.kind !== 'connector') out += lowered(previous, connector);
    word = words.next();
    if (previous.kind === 'number') takeJoined();
    else if (previous.kind === 'connector') out += lowered(previous, connector);
    else if (previous.kind === 'punctuation') continue;
    else if (word.kind !== 'number') {
      if (separates(word.kind)) out += connector;
    } else if (!words.isDone()) {
      const digits = word;
      word = words.next();
      if (word.kind === 'alphabet') {
        out += connector + lowered(digits, connector);
        takeJoined();
      } else {
        out += lowered(digits, connector);
        if (separates(word.kind)) out += connector;
      }
    }
  }
  return out + lowered(word, connector);
}
