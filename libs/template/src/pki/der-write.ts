import { ObjectIdentifier } from 'asn1js';

function lengthOf(size: number): number[] {
  if (size < 0x80) return [size];
  const octets: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/** One DER element: its identifier octet, and parts that make up its content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

/** A SEQUENCE of encoded parts. */
export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0x30, ...parts);
}

/** A SET OF; DER wants its elements in byte order. */
export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0x31, ...[...parts].sort((left, right) => Buffer.compare(left, right)));
}

/** An explicit context-specific tag. */
export function explicit(number: number, content: Uint8Array): Uint8Array {
  return tlv(0xa0 | number, content);
}

/** An implicit context-specific tag of a primitive type. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return tlv(0x80 | number, content);
}

/** An OCTET STRING. */
export function octetString(content: Uint8Array): Uint8Array {
  return tlv(0x04, content);
}

/** A bit string; `unused` counts the bits at its end that mean nothing. */
export function bitString(content: Uint8Array, unused = 0): Uint8Array {
  return tlv(0x03, Uint8Array.of(unused), content);
}

/** A whole number that is not negative. */
export function integer(value: bigint | number): Uint8Array {
  const hex = value.toString(16);
  const content = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const signed = (content[0] ?? 0) >= 0x80;
  return tlv(0x02, signed ? Uint8Array.of(0) : Uint8Array.of(), content);
}

/** An OBJECT IDENTIFIER, from its dotted form. */
export function oid(value: string): Uint8Array {
  return new Uint8Array(new ObjectIdentifier({ value }).toBER());
}

/** NULL. */
export const derNull: Uint8Array = tlv(0x05);
/** The BOOLEAN that is true. */
export const derTrue: Uint8Array = tlv(0x01, Uint8Array.of(0xff));

/** UTF-16 with the high octet first: what PKCS#12 uses for names and, in its old key derivation, for passwords. */
export function utf16(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le').swap16();
}

/** A BMPString, for names in PKCS#12. */
export function bmpString(text: string): Uint8Array {
  return tlv(0x1e, utf16(text));
}

/** An AlgorithmIdentifier. */
export function algorithm(identifier: string, ...parameters: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(identifier), ...parameters);
}
