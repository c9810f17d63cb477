import { functionTable } from '@eso/template';
import type { Text } from './cases/area.ts';

/** A small generator of reproducible numbers (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to `bound`. */
  roll(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.roll(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }
}

/** The data that all generated templates run on. */
export const generatedData: Readonly<Record<string, Text>> = {
  user: 'admin',
  password: 'p@ss"w0rd<>&\'',
  empty: '',
  number: '42',
  list: 'a,b,c',
  lines: 'one\n  two\n\nthree\n',
  json: '{"host":"db.example.com","port":5432,"tags":["x","y",null,1.5],"nested":{"k":{"v":true}},"n":null,"big":1e21}',
  yaml: 'a: 1\nb: [x, "y"]\nc:\n  d: yes\n',
  unicode: 'ünï©ødé 日本',
  bytes: { base64: '/wBhgOnw' },
  url: 'https://u:p%40@host:8443/p/a?q=1#f',
  date: '2024-02-29T12:30:45Z',
  version: '1.2.3-rc.1+b5',
};

/** What differs from run to run, blocks, or has no counterpart in the Go program. */
const leftOut = new Set([
  ...['now', 'ago', 'date', 'htmlDate', 'dateInZone', 'date_in_zone', 'htmlDateInZone', 'randAlphaNum', 'randAlpha'],
  ...['randAscii', 'randNumeric', 'randBytes', 'randInt', 'shuffle', 'uuidv4', 'bcrypt', 'htpasswd', 'genPrivateKey'],
  ...['derivePassword', 'encryptAES', 'decryptAES', 'buildCustomCert', 'genCA', 'genCAWithKey', 'genSelfSignedCert'],
  ...['genSelfSignedCertWithKey', 'genSignedCert', 'genSignedCertWithKey', 'pkcs12key', 'pkcs12keyPass', 'pkcs12cert'],
  ...['pkcs12certPass', 'pemToPkcs12', 'pemToPkcs12Pass', 'fullPemToPkcs12', 'fullPemToPkcs12Pass', 'filterPEM'],
  ...['pemTruststoreToPKCS12', 'pemTruststoreToPKCS12Pass', 'filterCertChain', 'certSANs', 'jwkPublicKeyPem'],
  ...['jwkPrivateKeyPem', 'rsaDecrypt', 'durationRound'],
  // Go's map order shows when empty maps are merged.
  ...['merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite'],
]);

const functions = [...functionTable.values()].filter(({ name }) => !leftOut.has(name));
/** Functions that take anything through a pipeline. */
const takingAny = functions.filter(({ params }) => params.at(-1)?.name === 'interface {}');
const keys = Object.keys(generatedData);
const formats = [
  '%v',
  '%s',
  '%d',
  '%q',
  '%x',
  '%5.2f',
  '%-8s|',
  '%+v',
  '%#v',
  '%T',
  '%t',
  '%05d',
  '%e',
  '%g',
  '%c',
  '%U',
  '%%',
  '%[1]v',
  '%v %v',
  '%6.3v',
  '% x',
  '%#q',
];
const texts = [
  '""',
  '"a"',
  '"Hello World"',
  '"a,b,,c"',
  '","',
  '"x-y_z"',
  '"  pad "',
  '"k"',
  '"host"',
  '"[a-z]+"',
  '"(a)(b)?"',
  '"$1"',
  '"1.2.3"',
  '">=1.0"',
  '"2006-01-02"',
  '"1h30m"',
  '"é"',
  '`raw\\n`',
  '"12"',
  '"0x1F"',
  '"3.7"',
  '"{\\"a\\":[1,2]}"',
  '"a: 1"',
  '"\\n"',
  '"\\xff"',
  '"/a/../b"',
  '"SGVsbG8="',
];
const floats = ['0.0', '1.5', '-2.5', '0.1', '1e6', '1e21', '3.0', '-0.0', '1e-7'];

/** Writes one template. */
class Writer {
  readonly #dice: Dice;
  #variables: string[] = [];
  #named = 0;
  /** How the data are reached here: a range or with changes the dot, a definition the dollar sign as well. */
  #root: '.' | '$.' | undefined = '.';
  #inRange = false;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  template(): string {
    const parts = Array.from({ length: 1 + this.#dice.roll(4) }, () => this.#node(3));
    const text = parts.join('');
    if (!this.#dice.chance(3)) return text;
    // Broken ones: a character less or one more somewhere.
    const at = this.#dice.roll(text.length + 1);
    return (
      text.slice(0, at) +
      this.#dice.pick(['', '}}', '{{', ' ', '|', ')', '(', '.', '"', '$', ':=']) +
      text.slice(at + this.#dice.roll(2))
    );
  }

  #node(depth: number): string {
    const kind = this.#dice.roll(100);
    if (kind < 25) return this.#dice.pick(['text', ' ', '\n', 'a: b\n', '}}', '{', 'é', '"quoted"', '\t']);
    if (kind < 65 || depth === 0) return this.#action(this.#pipeline(3));
    if (kind < 73) return this.#block(`if ${this.#condition()}`, depth, true);
    if (kind < 79) return this.#block(`with ${this.#pipeline(2)}`, depth, true, this.#innerRoot);
    if (kind < 88) return this.#range(depth);
    if (kind < 94) return this.#declaration();
    if (kind < 96) return this.#define(depth);
    if (this.#inRange) return this.#dice.pick(['{{ break }}', '{{ continue }}', '{{ if . }}{{ break }}{{ end }}']);
    return this.#dice.pick(['{{/* note */}}', '{{- /* note */ -}}', '{{ println }}']);
  }

  /** A value of the data. */
  #key(): string {
    const key = this.#dice.chance(99) ? this.#dice.pick(keys) : 'missing';
    return this.#root === undefined ? '.' : this.#root + key;
  }

  /** The data written as a call needs them. */
  #data(text: string): string {
    return this.#root === undefined ? '"a"' : text.replaceAll('@', this.#root);
  }

  #action(inner: string): string {
    return `{{${this.#dice.chance(15) ? '- ' : ' '}${inner}${this.#dice.chance(15) ? ' -' : ' '}}}`;
  }

  #body(depth: number, root = this.#root): string {
    const outer = [...this.#variables];
    const outerRoot = this.#root;
    this.#root = root;
    const text = Array.from({ length: 1 + this.#dice.roll(2) }, () => this.#node(depth - 1)).join('');
    this.#variables = outer;
    this.#root = outerRoot;
    return text;
  }

  #block(head: string, depth: number, hasElse: boolean, root = this.#root): string {
    const body = this.#body(depth, root);
    this.#inRange = false;
    const otherwise = hasElse && this.#dice.chance(40) ? `{{ else }}${this.#body(depth)}` : '';
    return `{{ ${head} }}${body}${otherwise}{{ end }}`;
  }

  /** The root as seen where the dot is something else. */
  get #innerRoot(): '$.' | undefined {
    return this.#root === undefined ? undefined : '$.';
  }

  #range(depth: number): string {
    const outer = [...this.#variables];
    const over = this.#data(
      this.#dice.pick([
        ...['.', '3', 'until 3', 'list 1 "b" nil', '(fromJson @json)', '(fromJson @json).tags', 'splitList "," @list'],
        ...['dict "b" 1 "a" 2', 'split "," @list', '(list)', 'list (dict "k" 1)', this.#pipeline(1)],
      ]),
    );
    let head = over;
    if (this.#dice.chance(50)) {
      const names = this.#dice.chance(50) ? [this.#newVariable()] : [this.#newVariable(), this.#newVariable()];
      head = `${names.join(', ')} := ${over}`;
    }
    const wasInRange = this.#inRange;
    this.#inRange = true;
    const text = this.#block(`range ${head}`, depth, true, this.#innerRoot);
    this.#inRange = wasInRange;
    this.#variables = outer;
    return text;
  }

  #newVariable(): string {
    const name = `$v${this.#variables.length}`;
    this.#variables.push(name);
    return name;
  }

  #declaration(): string {
    const value = this.#pipeline(2);
    if (this.#variables.length > 0 && this.#dice.chance(30))
      return this.#action(`${this.#dice.pick(this.#variables)} = ${value}`);
    return this.#action(`${this.#newVariable()} := ${value}`);
  }

  #define(depth: number): string {
    const name = `"t${this.#named++}"`;
    const argument = this.#argument(1);
    const outer = this.#variables;
    const wasInRange = this.#inRange;
    this.#variables = [];
    this.#inRange = false;
    const text = `{{ block ${name} ${argument} }}${this.#body(depth, undefined)}{{ end }}`;
    this.#variables = outer;
    this.#inRange = wasInRange;
    return text;
  }

  #condition(): string {
    if (this.#dice.chance(50)) return this.#pipeline(2);
    const compare = this.#dice.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or']);
    return `${compare} ${this.#argument(1)} ${this.#argument(1)}`;
  }

  #pipeline(depth: number): string {
    const stages = [this.#dice.chance(60) ? this.#call(depth, 0) : this.#argument(depth)];
    while (this.#dice.chance(35) && stages.length < 4) {
      if (this.#dice.chance(30)) stages.push('toString');
      stages.push(this.#call(depth, 1));
    }
    return stages.join(' | ');
  }

  /** A call; with `piped` the last argument comes through the pipeline. */
  #call(depth: number, piped: 0 | 1): string {
    const fn = this.#dice.pick(piped === 1 && this.#dice.chance(70) ? takingAny : functions);
    const extra = fn.variadic ? this.#dice.roll(3) - 1 : 0;
    const wrong = this.#dice.chance(2) ? this.#dice.roll(3) - 1 : 0;
    const count = Math.max(0, fn.params.length + extra + wrong - piped);
    const args = Array.from({ length: count }, (_unused, at) => {
      const type = fn.params[Math.min(at, fn.params.length - 1)];
      if (fn.name === 'printf' && at === 0) return `"${this.#dice.pick(formats)}"`;
      return this.#dice.chance(97) ? this.#typed(type?.name ?? '', depth) : this.#argument(depth);
    });
    return [fn.name, ...args].join(' ');
  }

  #typed(type: string, depth: number): string {
    switch (type) {
      case 'int':
        return String(this.#dice.roll(12) - 2);
      case 'string':
        return this.#dice.chance(60) ? this.#dice.pick(texts) : this.#key();
      case 'float64':
        return this.#dice.pick(floats);
      case 'bool':
        return this.#dice.pick(['true', 'false', '(eq 1 1)']);
      case 'map[string]interface {}':
        return this.#data(
          this.#dice.pick([
            '(dict)',
            '(dict "k" 1 "a" "b")',
            '(fromJson @json)',
            '(fromYaml @yaml)',
            '(urlParse @url)',
          ]),
        );
      case 'time.Time':
        return this.#data('(toDate "2006-01-02T15:04:05Z07:00" @date)');
      default:
        return this.#argument(depth);
    }
  }

  #argument(depth: number): string {
    const kind = this.#dice.roll(100);
    if (kind < 18) return this.#key();
    if (kind < 38) return this.#dice.pick(texts);
    if (kind < 50) return String(this.#dice.roll(30) - 5);
    if (kind < 55) return this.#dice.pick(floats);
    if (kind < 60) return this.#dice.pick(['true', 'false', 'nil', '.', '$', "'x'", '1i', '0x1F', '1_000']);
    if (kind < 68 && this.#variables.length > 0) return this.#dice.pick(this.#variables);
    if (kind < 80 || depth <= 0) {
      return this.#data(
        this.#dice.pick([
          ...['(list 1 2 3)', '(list "a" nil 1.5)', '(list)', '(dict "k" (list 1))', '(until 3)', '(semver "1.2.3")'],
          ...['(fromJson @json).tags', '(fromJson @json).n', '(splitList "," @list)', '(int64 7)', '(rest (list))'],
          ...['(fromJson @json).nested.k', '(fromJson @json).port', '(split "," @list)._1', '(fromYaml @yaml).b'],
        ]),
      );
    }
    return `(${this.#pipeline(depth - 1)})`;
  }
}

/** One template of a seed and number. */
export function generateTemplate(seed: number, at: number): string {
  return new Writer(new Dice((seed * 1_000_003 + at) >>> 0)).template();
}
