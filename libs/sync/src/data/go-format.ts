/** Text that Go prints for values by default (`%v`): hashes of targets are computed over it. */
import { compareKeys, type SecretData, sortedByBytes, sortedKeys } from './secret-data.ts';

/** A map from string to string: `map[a:b c:d]`. */
export function printGoStringMap(map: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(map ?? {}).sort(compareKeys);
  return `map[${keys.map((key) => `${key}:${map?.[key] ?? ''}`).join(' ')}]`;
}

/** A map from string to bytes: `map[a:[102 111 111]]`, piece by piece, since a Secret may have a million of them. */
export function* printGoBytesMap(data: SecretData): Generator<Uint8Array | string> {
  yield 'map[';
  let separator = '';
  for (const key of sortedKeys(data)) {
    yield `${separator}${key}:[`;
    yield decimalBytes(data.get(key) ?? new Uint8Array());
    yield ']';
    separator = ' ';
  }
  yield ']';
}

function decimalBytes(value: Uint8Array): Uint8Array {
  // Written digit by digit: a Secret may have a million bytes, and is hashed at every refresh.
  const text = new Uint8Array(value.length * 4);
  let end = 0;
  for (const byte of value) {
    text[end++] = SPACE;
    if (byte >= 100) text[end++] = ZERO + (byte >= 200 ? 2 : 1);
    if (byte >= 10) text[end++] = ZERO + (Math.trunc(byte / 10) % 10);
    text[end++] = ZERO + (byte % 10);
  }
  return text.subarray(1, Math.max(end, 1));
}

const SPACE = 0x20;
const ZERO = 0x30;

/** Any JSON value. A whole number prints as Go's int64, since that is how Kubernetes decodes it. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : goFloat(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const map = value as Readonly<Record<string, unknown>>;
    const entries = sortedByBytes(Object.keys(map)).map((key) => `${key}:${goValue(map[key])}`);
    return `map[${entries.join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A float: shortest digits that read back the same, with an exponent below 1e-4 and from 1e6 on. */
export function goFloat(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return decimal(value);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** A number in plain decimal notation, whatever its size. */
export function decimal(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  const point = Number(exponentText) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
