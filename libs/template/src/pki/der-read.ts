import type { AsnType } from 'asn1js';
import { BitString, Constructed, fromBER, Integer, ObjectIdentifier, OctetString, Primitive } from 'asn1js';

/** Thrown when bytes are no DER, or not of the shape that was expected. Its text holds no value. */
export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

/** Identifier octets of the types that are asked for by tag. */
export const derTag = { sequence: 0x30, set: 0x31, octetString: 0x04, integer: 0x02, boolean: 0x01 } as const;

/** The identifier octet of the context-specific tag `number`. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

/** One element of DER or BER, read as what the caller expects it to be. Every method throws `DerError` otherwise. */
export class Der {
  readonly #block: AsnType;

  private constructor(block: AsnType) {
    this.#block = block;
  }

  /** Reads one element that fills the input. */
  static parse(bytes: Uint8Array): Der {
    const { offset, result } = fromBER(bytes);
    if (offset < 0) throw new DerError('asn1: syntax error');
    if (offset !== bytes.length) throw new DerError('asn1: trailing data');
    return new Der(result);
  }

  /** The identifier octet; tags above 30 do not occur in what is read here. */
  get tag(): number {
    const { tagClass, tagNumber, isConstructed } = this.#block.idBlock;
    return ((tagClass - 1) << 6) | (isConstructed ? 0x20 : 0) | tagNumber;
  }

  /** The whole element, header included. */
  get raw(): Uint8Array {
    return this.#block.valueBeforeDecodeView;
  }

  /** What an element of definite length holds, without its header. */
  content(): Uint8Array {
    const { raw } = this;
    const length = raw[1] ?? 0;
    return raw.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
  }

  /** The elements of a sequence, a set or an explicit tag. */
  get children(): readonly Der[] {
    const block = this.#block;
    if (!(block instanceof Constructed)) throw new DerError('asn1: structure error');
    return block.valueBlock.value.map((child) => new Der(child));
  }

  /** The element at a place that has to be there. */
  child(at: number): Der {
    const child = this.children[at];
    if (child === undefined) throw new DerError('asn1: structure error');
    return child;
  }

  /** The first child with the identifier octet. */
  find(tag: number): Der | undefined {
    return this.children.find((child) => child.tag === tag);
  }

  oid(): string {
    if (!(this.#block instanceof ObjectIdentifier)) throw new DerError('asn1: structure error');
    return this.#block.getValue();
  }

  integer(): bigint {
    if (!(this.#block instanceof Integer)) throw new DerError('asn1: structure error');
    return this.#block.toBigInt();
  }

  /** A whole number that counts something; 0 to 2^31 - 1. */
  count(): number {
    const value = this.integer();
    if (value < 0n || value > 0x7fff_ffffn) throw new DerError('asn1: structure error');
    return Number(value);
  }

  /** The content of an octet string; BER may have cut it into parts. */
  octets(): Uint8Array {
    if (!(this.#block instanceof OctetString)) throw new DerError('asn1: structure error');
    return new Uint8Array(this.#block.getValue());
  }

  /** The content of an implicitly tagged octet string. */
  implicitOctets(): Uint8Array {
    const block = this.#block;
    if (block instanceof Primitive) return block.valueBlock.valueHexView;
    return Buffer.concat(this.children.map((part) => part.octets()));
  }

  /** The content of a bit string that is made of whole octets. */
  bits(): Uint8Array {
    if (!(this.#block instanceof BitString)) throw new DerError('asn1: structure error');
    return this.#block.valueBlock.valueHexView;
  }
}
