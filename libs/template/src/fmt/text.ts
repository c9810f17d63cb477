import { canBackquote, quote } from '../strconv/quote.ts';
import { decodeRune } from '../value/utf8.ts';
import type { FormatFlags } from './flags.ts';
import { pad, padding } from './flags.ts';

function truncate(flags: FormatFlags, text: string): string {
  if (flags.precision === undefined) return text;
  let at = 0;
  for (let count = flags.precision; count > 0 && at < text.length; count--) at += decodeRune(text, at).size;
  return text.slice(0, at);
}

/** `%s`. The precision counts runes. */
export function formatText(flags: FormatFlags, text: string): string {
  return pad(flags, truncate(flags, text));
}

/** `%q`; `%#q` prefers a raw literal, `%+q` is ASCII only. */
export function formatQuoted(flags: FormatFlags, text: string): string {
  const shown = truncate(flags, text);
  if (flags.sharp && canBackquote(shown)) return pad(flags, `\`${shown}\``);
  return pad(flags, quote(shown, flags.plus));
}

/** `%x` and `%X` of a string: its bytes. The precision counts bytes. */
export function formatHexText(flags: FormatFlags, text: string, upper: boolean): string {
  const bytes = flags.precision === undefined ? text : text.slice(0, flags.precision);
  if (bytes.length === 0) return padding(flags, flags.width ?? 0);
  const hex = Buffer.from(bytes, 'latin1').toString('hex');
  const cased = upper ? hex.toUpperCase() : hex;
  const prefix = flags.sharp ? (upper ? '0X' : '0x') : '';
  const out = flags.space ? (cased.match(/../g) ?? []).map((pair) => prefix + pair).join(' ') : prefix + cased;
  const fill = padding(flags, (flags.width ?? 0) - out.length);
  return flags.minus ? out + fill : fill + out;
}
