import type { Parsed } from './parse-int.ts';

const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;
const special = /^([+-]?)(inf|infinity|nan)$/i;

const syntax: Parsed<number> = { ok: false, problem: 'invalid syntax', nearest: 0 };

/** Underscores may stand between digits, and behind a base prefix. */
function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text;
  const isHex = /^[+-]?0[xX]/.test(text);
  const misplaced = isHex ? /__|_$|_[.pP+-]|[.pP+-]_/ : /^_|_$|_[^0-9]|[^0-9]_/;
  return misplaced.test(text) ? undefined : text.replaceAll('_', '');
}

/** `mantissa × 2^exponent`, rounded once to the nearest even double. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  const top = bits + exponent;
  if (top > 1024) return Infinity;
  // A double keeps 53 bits, fewer below 2^-1022.
  const keep = Math.min(53, top + 1074);
  if (keep < 0) return 0;
  const drop = bits - keep;
  if (drop <= 0) return Number(mantissa) * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(0, exponent + 1000);
  const half = 1n << BigInt(drop - 1);
  const rest = mantissa & ((1n << BigInt(drop)) - 1n);
  let kept = mantissa >> BigInt(drop);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  const scale = exponent + drop;
  return Number(kept) * 2 ** Math.max(scale, -1000) * 2 ** Math.min(0, scale + 1000);
}

function parseHex(match: RegExpExecArray): Parsed<number> {
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return syntax;
  const exponent = Math.max(-100_000, Math.min(100_000, Number(match[4])));
  const value = scaled(BigInt(`0x${whole}${fraction}`), exponent - 4 * fraction.length);
  return finish(match[1] === '-' ? -value : value);
}

function finish(value: number): Parsed<number> {
  return Number.isFinite(value) ? { ok: true, value } : { ok: false, problem: 'value out of range', nearest: value };
}

/** `strconv.ParseFloat(text, 64)`. */
export function parseFloat64(text: string): Parsed<number> {
  const plain = withoutUnderscores(text);
  if (plain === undefined) return syntax;
  const named = special.exec(plain);
  if (named !== null) {
    const nan = named[2]?.toLowerCase() === 'nan';
    if (nan) return named[1] === '' ? { ok: true, value: NaN } : syntax;
    return { ok: true, value: named[1] === '-' ? -Infinity : Infinity };
  }
  const hex = hexadecimal.exec(plain);
  if (hex !== null) return parseHex(hex);
  return decimal.test(plain) ? finish(Number(plain)) : syntax;
}
