import type { ExecutionBudget } from '../exec/limits.ts';
import { goTypeName } from '../value/reflect.ts';
import type { Value } from '../value/values.ts';
import { GoInt } from '../value/values.ts';
import { decodeRune, encodeRune } from '../value/utf8.ts';
import { noFlags } from './flags.ts';
import { Printer } from './printer.ts';

/** The widest width or precision; wider ones are errors in the output. */
const tooLarge = 1_000_000;

interface ParsedNumber {
  readonly value: number | undefined;
  readonly next: number;
}

function parseNumber(format: string, start: number, end: number): ParsedNumber {
  let value: number | undefined;
  let at = start;
  for (; at < end; at++) {
    const digit = format.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    if ((value ?? 0) > tooLarge) return { value: undefined, next: end };
    value = (value ?? 0) * 10 + digit;
  }
  return { value, next: at };
}

/** Walks one format: what stands between the verbs is copied, each verb takes an operand. */
class FormatWalk {
  readonly #format: string;
  readonly #operands: readonly Value[];
  readonly #printer: Printer;
  #at = 0;
  #operand = 0;
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;

  constructor(format: string, operands: readonly Value[], printer: Printer) {
    this.#format = format;
    this.#operands = operands;
    this.#printer = printer;
  }

  run(): void {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      this.#printer.write(this.#format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent < 0 || !this.#verb()) break;
    }
    if (!this.#reordered && this.#operand < this.#operands.length) this.#extra();
  }

  /** False when the format ended before the verb. */
  #verb(): boolean {
    this.#goodIndex = true;
    this.#readFlags();
    this.#readIndex();
    this.#readWidth();
    if (this.#at + 1 < this.#format.length && this.#format[this.#at] === '.') this.#readPrecision();
    if (!this.#afterIndex) this.#readIndex();
    if (this.#at >= this.#format.length) {
      this.#printer.write('%!(NOVERB)');
      return false;
    }
    const { rune, size } = decodeRune(this.#format, this.#at);
    this.#at += size;
    this.#apply(encodeRune(rune));
    return true;
  }

  #apply(verb: string): void {
    const { flags } = this.#printer;
    if (verb === '%') this.#printer.write('%');
    else if (!this.#goodIndex) this.#printer.write(`%!${verb}(BADINDEX)`);
    else if (this.#operand >= this.#operands.length) this.#printer.write(`%!${verb}(MISSING)`);
    else {
      if (verb === 'v' || verb === 'w') {
        flags.sharpV = flags.sharp;
        flags.sharp = false;
        flags.plusV = flags.plus;
        flags.plus = false;
      }
      this.#printer.printArgument(this.#operands[this.#operand] ?? null, verb);
      this.#operand++;
    }
  }

  #readFlags(): void {
    const flags = noFlags();
    this.#printer.flags = flags;
    for (; this.#at < this.#format.length; this.#at++) {
      const flag = this.#format[this.#at];
      if (flag === '#') flags.sharp = true;
      else if (flag === '0') flags.zero = true;
      else if (flag === '+') flags.plus = true;
      else if (flag === '-') flags.minus = true;
      else if (flag === ' ') flags.space = true;
      else return;
    }
  }

  /** An explicit operand number `[n]`. */
  #readIndex(): void {
    this.#afterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at + 1);
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#goodIndex = false;
      this.#at++;
      return;
    }
    const { value, next } = parseNumber(this.#format, this.#at + 1, close);
    this.#at = close + 1;
    if (value === undefined || next !== close) {
      this.#goodIndex = false;
      return;
    }
    this.#afterIndex = true;
    if (value >= 1 && value <= this.#operands.length) this.#operand = value - 1;
    else this.#goodIndex = false;
  }

  #readWidth(): void {
    const { flags } = this.#printer;
    if (this.#format[this.#at] === '*') {
      this.#at++;
      flags.width = this.#starOperand();
      if (flags.width === undefined) this.#printer.write('%!(BADWIDTH)');
      else if (flags.width < 0) {
        flags.width = -flags.width;
        flags.minus = true;
        flags.zero = false;
      }
      this.#afterIndex = false;
      return;
    }
    const { value, next } = parseNumber(this.#format, this.#at, this.#format.length);
    this.#at = next;
    flags.width = value;
    if (this.#afterIndex && value !== undefined) this.#goodIndex = false;
  }

  #readPrecision(): void {
    const { flags } = this.#printer;
    this.#at++;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#readIndex();
    if (this.#format[this.#at] === '*') {
      this.#at++;
      const precision = this.#starOperand();
      flags.precision = precision !== undefined && precision < 0 ? undefined : precision;
      if (flags.precision === undefined) this.#printer.write('%!(BADPREC)');
      this.#afterIndex = false;
      return;
    }
    const { value, next } = parseNumber(this.#format, this.#at, this.#format.length);
    this.#at = next;
    flags.precision = value ?? 0;
  }

  /** The operand that `*` takes; undefined when it is no usable integer. */
  #starOperand(): number | undefined {
    if (this.#operand >= this.#operands.length) return undefined;
    const operand = this.#operands[this.#operand++];
    if (!(operand instanceof GoInt)) return undefined;
    const value = Number(operand.value);
    return Math.abs(value) > tooLarge ? undefined : value;
  }

  #extra(): void {
    this.#printer.flags = noFlags();
    this.#printer.write('%!(EXTRA ');
    this.#operands.slice(this.#operand).forEach((operand, at) => {
      if (at > 0) this.#printer.write(', ');
      if (operand !== null) this.#printer.write(`${goTypeName(operand)}=`);
      this.#printer.printArgument(operand, 'v');
    });
    this.#printer.write(')');
  }
}

/** `fmt.Sprintf`. */
export function sprintf(budget: ExecutionBudget, format: string, operands: readonly Value[]): string {
  const printer = new Printer(budget);
  new FormatWalk(format, operands, printer).run();
  return printer.out;
}
