import type { FloatVerb } from '../strconv/format-float.ts';
import { formatFloat } from '../strconv/format-float.ts';
import type { FormatFlags } from './flags.ts';
import { pad, padding, padWithBlanks } from './flags.ts';

/** `%#g` and its like keep the decimal point and trailing zeros. `digits` are without sign. */
function withDecimalPoint(digits: string, verb: string, precision: number): string {
  const exponentAt = verb === 'x' || verb === 'X' ? digits.search(/[pP]/) : digits.search(/[eEpP]/);
  const tail = exponentAt < 0 ? '' : digits.slice(exponentAt);
  let head = exponentAt < 0 ? digits : digits.slice(0, exponentAt);
  let missing = 0;
  if (verb === 'g' || verb === 'G' || verb === 'x') {
    missing = precision === -1 ? 6 : precision;
    const significant = head.replace('.', '').replace(/^0+/, '');
    missing -= significant.length;
  }
  if (!head.includes('.')) {
    if (head === '0') missing--;
    head += '.';
  }
  return head + '0'.repeat(Math.max(missing, 0)) + tail;
}

/** A double by one of the float verbs; `fallback` is the precision where the format gives none. */
export function formatDouble(flags: FormatFlags, value: number, verb: FloatVerb, fallback: number): string {
  const precision = flags.precision ?? fallback;
  const text = formatFloat(value, verb, precision);
  const signed = text.startsWith('-') || text.startsWith('+');
  let sign = signed ? text.charAt(0) : '+';
  let digits = signed ? text.slice(1) : text;
  if (flags.space && sign === '+' && !flags.plus) sign = ' ';
  if (digits === 'Inf' || digits === 'NaN') {
    // An infinity always shows its sign, NaN only when asked to.
    return padWithBlanks(flags, digits === 'NaN' && !flags.space && !flags.plus ? digits : sign + digits);
  }
  if (flags.sharp && verb !== 'b') digits = withDecimalPoint(digits, verb, precision);
  if (!flags.plus && sign === '+') return pad(flags, digits);
  const length = digits.length + 1;
  if (flags.zero && !flags.minus && flags.width !== undefined && flags.width > length) {
    return sign + padding(flags, flags.width - length) + digits;
  }
  return pad(flags, sign + digits);
}
