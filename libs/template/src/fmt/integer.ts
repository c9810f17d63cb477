import { isPrint } from '../value/unicode.ts';
import { encodeRune } from '../value/utf8.ts';
import { quoteRune } from '../strconv/quote.ts';
import type { FormatFlags } from './flags.ts';
import { pad, padding, padWithBlanks } from './flags.ts';

function leadingZeros(flags: FormatFlags, signed: boolean): number {
  if (flags.precision !== undefined) return flags.precision;
  if (!flags.zero || flags.minus || flags.width === undefined) return 0;
  return signed ? flags.width - 1 : flags.width;
}

function withPrefix(digits: string, base: number, verb: string, sharp: boolean): string {
  let out = digits;
  if (sharp && base === 2) out = `0b${out}`;
  if (sharp && base === 8 && !out.startsWith('0')) out = `0${out}`;
  if (sharp && base === 16) out = (verb === 'X' ? '0X' : '0x') + out;
  return verb === 'O' ? `0o${out}` : out;
}

/** An integer in one of Go's bases. `verb` decides letter case and prefix. */
export function formatInteger(flags: FormatFlags, value: bigint, base: 2 | 8 | 10 | 16, verb: string): string {
  if (flags.precision === 0 && value === 0n) return padding({ ...flags, zero: false }, flags.width ?? 0);
  const negative = value < 0n;
  const raw = (negative ? -value : value).toString(base);
  const signed = negative || flags.plus || flags.space;
  const digits = (verb === 'X' ? raw.toUpperCase() : raw).padStart(leadingZeros(flags, signed), '0');
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padWithBlanks(flags, sign + withPrefix(digits, base, verb, flags.sharp));
}

/** `%U`, and `%#U` with the character behind it. Negative values count as unsigned ones of 64 bits. */
export function formatUnicode(flags: FormatFlags, value: bigint): string {
  const unsigned = BigInt.asUintN(64, value);
  const digits = unsigned
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0');
  const rune = Number(unsigned);
  const shown = flags.sharp && rune <= 0x10ffff && isPrint(rune) ? ` '${encodeRune(rune)}'` : '';
  return padWithBlanks(flags, `U+${digits}${shown}`);
}

function runeOf(value: bigint): number {
  const unsigned = BigInt.asUintN(64, value);
  return unsigned > 0x10ffffn ? 0xfffd : Number(unsigned);
}

/** `%c`. */
export function formatRune(flags: FormatFlags, value: bigint): string {
  return pad(flags, encodeRune(runeOf(value)));
}

/** `%q` of an integer. */
export function formatQuotedRune(flags: FormatFlags, value: bigint): string {
  return pad(flags, quoteRune(runeOf(value), flags.plus));
}
