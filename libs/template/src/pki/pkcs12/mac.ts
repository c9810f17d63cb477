import { createHmac, timingSafeEqual } from 'node:crypto';
import { GoError, plainError } from '../../value/go-error.ts';
import { constant } from '../../value/public-text.ts';
import type { Der } from '../der-read.ts';
import { derTag } from '../der-read.ts';
import { oids } from '../oids.ts';
import type { CountRounds } from './decryption.ts';
import { derivePbkdf2, hmacHash, oldRoundCost } from './decryption.ts';
import { derivePkcs12, purpose } from './key-derivation.ts';
import type { Password } from './password.ts';

const hashes: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  [oids.sha1]: { name: 'sha1', size: 20 },
  [oids.sha224]: { name: 'sha224', size: 28 },
  [oids.sha256]: { name: 'sha256', size: 32 },
  [oids.sha384]: { name: 'sha384', size: 48 },
  [oids.sha512]: { name: 'sha512', size: 64 },
};

/** The shortest key that RFC 9579 lets a program accept: a shorter one could be guessed. */
const shortestKey = 20;

/** Whether the MacData of a container fits its content and the password. Throws `GoError` for unknown algorithms. */
export function hasRightMac(macData: Der, content: Uint8Array, password: Password, count: CountRounds): boolean {
  const algorithm = macData.child(0).child(0);
  const expected = macData.child(0).child(1).octets();
  const identifier = algorithm.child(0).oid();
  const { name, key } =
    identifier === oids.pbmac1
      ? keyOfPbmac1(algorithm.child(1), password, count)
      : { name: hashOf(identifier).name, key: keyOfOldMac(macData, hashOf(identifier), password, count) };
  const actual = createHmac(name, key).update(content).digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function hashOf(identifier: string): { readonly name: string; readonly size: number } {
  const hash = hashes[identifier];
  if (hash === undefined) {
    const problem = constant('pkcs12: unknown digest algorithm');
    throw new GoError(`${problem}: ${identifier}`, problem);
  }
  return hash;
}

/** RFC 7292, appendix B.4. */
function keyOfOldMac(
  macData: Der,
  hash: { readonly name: string; readonly size: number },
  password: Password,
  count: CountRounds,
): Uint8Array {
  const iterations = macData.children[2]?.count() ?? 1;
  count(oldRoundCost * iterations);
  return derivePkcs12({
    hash: hash.name,
    purpose: purpose.mac,
    password: password.utf16,
    salt: macData.child(1).octets(),
    iterations,
    size: hash.size,
  });
}

/** RFC 9579: PBKDF2 instead of the derivation of PKCS#12. */
function keyOfPbmac1(parameters: Der, password: Password, count: CountRounds): { name: string; key: Uint8Array } {
  const derivation = parameters.child(0);
  const size = derivation
    .child(1)
    .children.slice(2)
    .find((part) => part.tag === derTag.integer)
    ?.count();
  if (size === undefined || size < shortestKey || size > 1024)
    throw plainError('pkcs12: unacceptable length of the PBMAC1 key');
  return { name: hmacHash(parameters.child(1)), key: derivePbkdf2(derivation, password, size, count) };
}
