/** A non-negative decimal number `0.digits × 10^point`. Zero has no digits. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const buffer = new DataView(new ArrayBuffer(8));

/** The mantissa and binary exponent of a finite double: `value = mantissa × 2^exponent`. */
export function splitDouble(value: number): { mantissa: bigint; exponent: number } {
  buffer.setFloat64(0, Math.abs(value));
  const bits = buffer.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

function trimmed(digits: string, point: number): Decimal {
  const significant = digits.replace(/0+$/, '');
  return significant === '' ? { digits: '', point: 0 } : { digits: significant, point };
}

/** The shortest decimal that reads back as the same double, which is what ECMAScript prints. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** The exact decimal of a double: a double is a fraction over a power of two, so it always ends. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = splitDouble(value);
  if (mantissa === 0n) return { digits: '', point: 0 };
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}

/** Keeps `count` digits, rounding half to even as Go does on the exact value. */
export function roundDecimal(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { digits: '', point: 0 };
  const next = digits.charCodeAt(count) - 48;
  const exactHalf = next === 5 && count + 1 === digits.length;
  const odd = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1;
  const kept = digits.slice(0, count);
  if (!(exactHalf ? odd : next >= 5)) return trimmed(kept, point);
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString().padStart(count, '0');
  return trimmed(raised, point + raised.length - count);
}
