import { randomBytes } from 'node:crypto';

/** 128 random bits as the content of a DER INTEGER: positive and minimal (RFC 5280 §4.1.2.2, X.690 §8.3.2). */
export function randomSerial(bytes: Uint8Array = randomBytes(16)): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start < 0) return randomSerial();
  const significant = bytes.subarray(start);
  return (significant[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...significant) : Uint8Array.from(significant);
}
