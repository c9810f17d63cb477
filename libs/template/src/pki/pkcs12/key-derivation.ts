import { createHash } from 'node:crypto';

/** What a derived key is for (RFC 7292, appendix B.3). */
export const purpose = { key: 1, iv: 2, mac: 3 } as const;

/** What a key is derived from (RFC 7292, appendix B). */
export interface DerivationOptions {
  /** Name of a hash as node:crypto knows it: `sha1`, `sha256`… */
  readonly hash: string;
  readonly purpose: (typeof purpose)[keyof typeof purpose];
  /** UTF-16 with a final zero, or nothing. */
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** Bytes wanted. */
  readonly size: number;
}

const blockSizes: Readonly<Record<string, number>> = { sha384: 128, sha512: 128 };

/** `part` over and over, up to a whole number of blocks. */
function filled(part: Uint8Array, block: number): Uint8Array {
  const size = block * Math.ceil(part.length / block);
  return Uint8Array.from({ length: size }, (_unused, at) => part[at % part.length] ?? 0);
}

/** Adds `addend` plus one to a number of the same length, in place, without its carry. */
function addPlusOne(number: Uint8Array, addend: Uint8Array): void {
  let carry = 1;
  for (let at = number.length - 1; at >= 0; at--) {
    carry += (number[at] ?? 0) + (addend[at] ?? 0);
    number[at] = carry;
    carry >>= 8;
  }
}

/** The key derivation of PKCS#12 itself (RFC 7292, appendix B.2). */
export function derivePkcs12(options: DerivationOptions): Uint8Array {
  const { hash, iterations, size } = options;
  const block = blockSizes[hash] ?? 64;
  const diversifier = new Uint8Array(block).fill(options.purpose);
  const input = Buffer.concat([filled(options.salt, block), filled(options.password, block)]);
  const parts: Uint8Array[] = [];
  for (let length = 0; length < size;) {
    let digest = createHash(hash).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) digest = createHash(hash).update(digest).digest();
    parts.push(digest);
    length += digest.length;
    const addend = filled(digest, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addPlusOne(input.subarray(at, at + block), addend);
  }
  return Buffer.concat(parts).subarray(0, size);
}
