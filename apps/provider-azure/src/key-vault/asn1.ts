/** Walks through values of ASN.1. Each function throws TypeError where the structure is another. */
import asn1, { type Asn1 } from 'node-forge/lib/asn1.js';

/** Reads DER or BER; bytes are a text of one character each. @throws Error where it is neither */
export function parseDer(bytes: string): Asn1 {
  return asn1.fromDer(bytes, { strict: true, decodeBitStrings: false });
}

/** The parts of a sequence or set; none of what has no parts. */
export function children({ value }: Asn1): readonly Asn1[] {
  return typeof value === 'string' ? [] : value;
}

/** A part of a sequence. */
export function child(parent: Asn1, ...path: readonly number[]): Asn1 {
  let found: Asn1 | undefined = parent;
  for (const index of path) found = found && children(found)[index];
  if (found) return found;
  throw new TypeError('the structure is another');
}

/** The object identifier that a sequence begins with. */
export function oidOf(sequence: Asn1): string {
  return asn1.derToOid(content(child(sequence, 0)));
}

/** A small number. @throws Error beyond 32 bits */
export function smallInteger(node: Asn1): number {
  return asn1.derToInteger(content(node));
}

/** The bytes of a value without parts. */
export function content({ value }: Asn1): string {
  if (typeof value === 'string') return value;
  throw new TypeError('the structure is another');
}

/** The bytes of an octet string, which may come in pieces. */
export function octets({ value }: Asn1): string {
  return typeof value === 'string' ? value : value.map(octets).join('');
}
