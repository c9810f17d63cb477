/** What a regular expression would compile to, told from its text, before anything is compiled. */
export interface ProgramCost {
  /** Upper bound of the instructions of the program. */
  readonly instructions: number;
  /** Upper bound of the ranges of characters that its classes list, over all instructions. */
  readonly ranges: number;
  /** Unicode classes (`\pL`, `\P{Greek}`) in the text: reading one takes a tenth of a millisecond. */
  readonly unicodeClasses: number;
  /** Characters in the ranges of its classes, where case is ignored: each is folded by itself. */
  readonly folded: number;
}

/** Ranges of the largest Unicode class in its largest form, folded. */
const UNICODE_RANGES = 1_500;
/** Ranges of `\w` and the like, folded. */
const PERL_RANGES = 8;
/** Counts of a repetition above this are refused by RE2 itself. */
const MAX_REPEAT = 1_000;
/** Sums stop here: nothing above it is compiled, and infinity times zero is no number. */
const CEILING = 1e12;

interface Size {
  readonly instructions: number;
  readonly ranges: number;
}

/** An open group: what stands in it so far, without its last item, which a repetition may follow. */
interface Group {
  instructions: number;
  ranges: number;
  last: Size | undefined;
  /** Whether nothing stands in the alternative that is being read. */
  empty: boolean;
}

/**
 * Reads the text once, from left to right. An expression that RE2 refuses gets some answer too: it is refused afterwards,
 * by the parser, which does not multiply.
 */
export function programCost(source: string): ProgramCost {
  return new Scan(source).run();
}

const REPETITION = /\{([0-9]{1,6})(,([0-9]{0,6}))?\}/y;
const GROUP_OPENING = /\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*[:)]))?/y;
const IGNORES_CASE = /\(\?[a-zA-Z]*i/;
const UNICODE_CLASS = /\\[pP](?:\{[^}]*\}|[^])/y;

class Scan {
  readonly #source: string;
  readonly #outer: Group[] = [];
  #group: Group = { instructions: 2, ranges: 0, last: undefined, empty: true };
  #at = 0;
  #unicodeClasses = 0;
  #folded = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): ProgramCost {
    while (this.#at < this.#source.length) this.#item();
    while (this.#outer.length > 0) this.#close();
    this.#endAlternative();
    const { instructions, ranges } = this.#group;
    const folded = IGNORES_CASE.test(this.#source) ? this.#folded : 0;
    return { instructions, ranges, unicodeClasses: this.#unicodeClasses, folded };
  }

  #item(): void {
    switch (this.#source.charAt(this.#at)) {
      case '(':
        this.#open();
        break;
      case ')':
        this.#at++;
        if (this.#outer.length > 0) this.#close();
        break;
      case '|':
        this.#endAlternative();
        this.#atom(1, 0);
        this.#group.empty = true;
        break;
      case '[':
        this.#class();
        break;
      case '\\':
        this.#escape();
        break;
      case '*':
      case '+':
      case '?':
        // Two to go on or go round; one that may match nothing needs a second look at that.
        this.#at++;
        this.#repeat(1, 2);
        break;
      case '{':
        if (!this.#counted()) this.#atom(1);
        break;
      default:
        this.#atom(1);
    }
  }

  /** Adds an item of one instruction. */
  #atom(length: number, ranges = 1): void {
    this.#at += length;
    this.#push({ instructions: 1, ranges });
  }

  #push(next: Size | undefined): void {
    const group = this.#group;
    group.instructions = Math.min(group.instructions + (group.last?.instructions ?? 0), CEILING);
    group.ranges = Math.min(group.ranges + (group.last?.ranges ?? 0), CEILING);
    group.last = next;
    if (next) group.empty = false;
  }

  /** Nothing is one instruction too. */
  #endAlternative(): void {
    this.#push(undefined);
    if (this.#group.empty) this.#group.instructions++;
  }

  #open(): void {
    const opening = this.#match(GROUP_OPENING) ?? '(';
    this.#at += opening.length;
    // `(?i)` opens nothing.
    if (opening.length > 1 && opening.endsWith(')')) return;
    this.#outer.push(this.#group);
    // Two to remember where it begins and ends.
    const captures = opening === '(' || opening.includes('<');
    this.#group = { instructions: captures ? 2 : 0, ranges: 0, last: undefined, empty: true };
  }

  #close(): void {
    this.#endAlternative();
    const { instructions, ranges } = this.#group;
    this.#group = this.#outer.pop() ?? this.#group;
    this.#push({ instructions, ranges });
  }

  #counted(): boolean {
    REPETITION.lastIndex = this.#at;
    const found = REPETITION.exec(this.#source);
    if (!found) return false;
    this.#at += found[0].length;
    const min = Math.min(Number(found[1]), MAX_REPEAT);
    if (found[2] === undefined) this.#repeat(Math.max(min, 1), 0);
    else if (found[3] === '') this.#repeat(Math.max(min, 1), 2);
    else {
      const max = Math.min(Number(found[3]), MAX_REPEAT);
      this.#repeat(Math.max(max, 1), Math.max(max - min, 1));
    }
    return true;
  }

  /** The last item, `times` as often, with `more` instructions that choose between once more and no more. */
  #repeat(times: number, more: number): void {
    const { last } = this.#group;
    if (!last) return;
    this.#group.last = {
      instructions: Math.min(last.instructions * times + more, CEILING),
      ranges: Math.min(last.ranges * times, CEILING),
    };
  }

  #escape(): void {
    if (this.#source.startsWith('\\Q', this.#at)) {
      const end = this.#source.indexOf('\\E', this.#at + 2);
      const stop = end < 0 ? this.#source.length : end;
      for (this.#at += 2; this.#at < stop;) this.#atom(1);
      this.#at = end < 0 ? stop : stop + 2;
      return;
    }
    const unicode = this.#match(UNICODE_CLASS);
    if (unicode !== undefined) {
      this.#unicodeClasses++;
      this.#atom(unicode.length, UNICODE_RANGES);
    } else {
      this.#atom(2, PERL_RANGES);
    }
  }

  /** A class in brackets: one instruction, which lists what stands in it. */
  #class(): void {
    const { end, ranges, unicodeClasses, folded } = classAt(this.#source, this.#at);
    this.#unicodeClasses += unicodeClasses;
    this.#folded += folded;
    this.#atom(end - this.#at, ranges);
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    return expression.exec(this.#source)?.[0];
  }
}

/** Reads the class that opens at `open`; one that is never closed reaches to the end. */
function classAt(
  source: string,
  open: number,
): { end: number; ranges: number; unicodeClasses: number; folded: number } {
  let ranges = 2;
  let unicodeClasses = 0;
  let folded = 0;
  let i = open + 1;
  if (source[i] === '^') i++;
  for (let first = true; i < source.length && (first || source[i] !== ']'); first = false) {
    const named = source.startsWith('[:', i) ? source.indexOf(':]', i) : -1;
    UNICODE_CLASS.lastIndex = i;
    const unicode = UNICODE_CLASS.exec(source)?.[0];
    if (named >= 0) {
      ranges += PERL_RANGES;
      i = named + 2;
    } else if (unicode !== undefined) {
      unicodeClasses++;
      ranges += UNICODE_RANGES;
      i += unicode.length;
    } else {
      // A folded character stands for up to four.
      ranges += source[i] === '\\' ? PERL_RANGES : 4;
      const low = characterAt(source, i);
      i = low.end;
      if (source[i] !== '-' || source[i + 1] === ']') continue;
      const high = characterAt(source, i + 1);
      i = high.end;
      folded += foldedIn(low.code, high.code);
    }
  }
  return { end: Math.min(i + 1, source.length), ranges, unicodeClasses, folded };
}

const CODE_ESCAPE = /\\(?:x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{2})|([0-7]{1,3}))/y;

/** The character at `i` of a class, written as itself or escaped. */
function characterAt(source: string, i: number): { code: number; end: number } {
  CODE_ESCAPE.lastIndex = i;
  const escape = CODE_ESCAPE.exec(source);
  if (escape) {
    const code =
      escape[3] === undefined ? Number.parseInt(escape[1] ?? escape[2] ?? '', 16) : Number.parseInt(escape[3], 8);
    return { code, end: i + escape[0].length };
  }
  const at = source[i] === '\\' ? i + 1 : i;
  const code = source.codePointAt(at) ?? 0;
  return { code, end: at + (code > 0xffff ? 2 : 1) };
}

/** First and last character that has another case. */
const FIRST_FOLD = 0x41;
const LAST_FOLD = 0x1e943;

/** How many characters of a range are looked at one by one; a range around all of them is taken as it is. */
function foldedIn(low: number, high: number): number {
  if (low <= FIRST_FOLD && high >= LAST_FOLD) return 0;
  return Math.max(0, Math.min(high, LAST_FOLD) - Math.max(low, FIRST_FOLD) + 1);
}
