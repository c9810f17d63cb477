import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { GoError, plainError } from '../value/go-error.ts';
import { authored, constant, shown } from '../value/public-text.ts';
import { Der } from './der-read.ts';
import { integer, sequence } from './der-write.ts';
import { encodePem, nextPem } from './pem.ts';

type Format = 'pkcs1' | 'pkcs8' | 'sec1';

/** A key in one format, or undefined where the bytes are something else. */
function readKey(bytes: Uint8Array, type: Format): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type });
  } catch {
    return undefined;
  }
}

/** A private key in PKCS#1, PKCS#8 or SEC 1, whichever it is; undefined where it is none. */
export function readAnyKey(bytes: Uint8Array): KeyObject | undefined {
  return readKey(bytes, 'pkcs1') ?? readKey(bytes, 'pkcs8') ?? readKey(bytes, 'sec1');
}

/** A private key in PKCS#8. Throws `GoError`. */
export function readPkcs8(bytes: Uint8Array): KeyObject {
  const key = readKey(bytes, 'pkcs8');
  if (key === undefined) throw plainError('x509: failed to parse private key');
  return key;
}

/** The PEM of a key in PKCS#8. */
export function pkcs8Pem(key: KeyObject): string {
  return encodePem('PRIVATE KEY', key.export({ type: 'pkcs8', format: 'der' }));
}

function labelled(name: string, key: KeyObject | undefined): KeyObject {
  if (key === undefined)
    throw plainError(shown`parsing ${authored(name)} private key from PEM: x509: failed to parse private key`);
  return key;
}

function readDsa(bytes: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey(encodePem('DSA PRIVATE KEY', bytes));
  } catch {
    return undefined;
  }
}

/** The private key that a PEM text starts with, read as its label says. Throws `GoError`. */
export function readLabelledKey(pem: string): KeyObject {
  const found = nextPem(pem);
  if (found.kind === 'none') throw plainError('no PEM data in input');
  const { type, bytes } = found.block;
  if (type === 'PRIVATE KEY') {
    const key = readKey(bytes, 'pkcs8');
    if (key === undefined) throw plainError('decoding PEM as PKCS#8: x509: failed to parse private key');
    return key;
  }
  if (!type.endsWith(' PRIVATE KEY')) {
    throw new GoError(
      `no private key data in PEM block of type ${type}`,
      constant('no private key data in the PEM block'),
    );
  }
  const name = type.slice(0, -' PRIVATE KEY'.length);
  switch (name) {
    case 'RSA':
      return labelled('RSA', readKey(bytes, 'pkcs1'));
    case 'EC':
      return labelled('EC', readKey(bytes, 'sec1'));
    case 'DSA':
      return labelled('DSA', readDsa(bytes));
    default:
      throw new GoError(
        `invalid private key type ${type}`,
        constant('the label of the PEM block names no known type of private key'),
      );
  }
}

/** How long a signature or decryption with a key takes at worst, nanoseconds: with RSA by the cube of its length. */
export function operationNanoseconds({ asymmetricKeyDetails }: KeyObject): number {
  const { modulusLength = 2048 } = asymmetricKeyDetails ?? {};
  return 2_000_000 * (modulusLength / 4096) ** 3;
}

/** The PEM that users of OpenSSL know for each type of key: PKCS#1, SEC 1, OpenSSL's own form of DSA, else PKCS#8. */
export function traditionalPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return encodePem('RSA PRIVATE KEY', key.export({ type: 'pkcs1', format: 'der' }));
    case 'ec':
      return encodePem('EC PRIVATE KEY', key.export({ type: 'sec1', format: 'der' }));
    case 'dsa':
      return encodePem('DSA PRIVATE KEY', dsaDer(key));
    default:
      return pkcs8Pem(key);
  }
}

/** SEQUENCE { 0, p, q, g, y, x }: no standard has it, OpenSSL made it common. */
function dsaDer(key: KeyObject): Uint8Array {
  const info = Der.parse(key.export({ type: 'pkcs8', format: 'der' }));
  const [p = 0n, q = 0n, g = 0n] = info
    .child(1)
    .child(1)
    .children.map((part) => part.integer());
  const x = Der.parse(info.child(2).octets()).integer();
  const y = powerModulo(g, x, p);
  return sequence(integer(0), integer(p), integer(q), integer(g), integer(y), integer(x));
}

/** base ^ exponent modulo modulus. */
export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
