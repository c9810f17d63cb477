import type { KeyObject } from 'node:crypto';
import { constants, privateDecrypt } from 'node:crypto';
import type { FunctionContext } from '../../exec/functions.ts';
import { privatePemOfJwk, publicPemOfJwk } from '../../pki/jwk.ts';
import { nextPem } from '../../pki/pem.ts';
import { operationNanoseconds, readAnyKey } from '../../pki/private-key.ts';
import { GoError, plainError } from '../../value/go-error.ts';
import { constant } from '../../value/public-text.ts';
import { fromBytes } from '../../value/utf8.ts';
import { define, t } from '../define.ts';
import { charged } from './pem-filters.ts';

/**
 * The hashes to try, in order. The reference takes every name that it does not know for SHA-256, also `sha1` or `SHA-512`; here such
 * names mean what they say where SHA-256 does not fit.
 */
function hashesFor(name: string): readonly string[] {
  if (name === 'SHA1' || name === 'SHA512' || name === 'SHA256') return [name.toLowerCase()];
  const meant = name.toLowerCase().replace(/[-_]/g, '');
  const known = ['sha1', 'sha224', 'sha384', 'sha512'].filter((hash) => hash === meant);
  return ['sha256', ...known];
}

function decryptOaep(key: KeyObject, hash: string, ciphertext: string): string | undefined {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return fromBytes(privateDecrypt({ key, padding, oaepHash: hash }, Buffer.from(ciphertext, 'latin1')));
  } catch {
    return undefined;
  }
}

function rsaDecrypt(
  context: FunctionContext,
  scheme: string,
  hash: string,
  ciphertext: string,
  keyPem: string,
): string {
  if (scheme === 'None') return ciphertext;
  if (scheme !== 'RSA-OAEP') {
    throw new GoError(
      `decryption scheme ${scheme} is not supported`,
      constant('the decryption scheme is not supported'),
    );
  }
  const found = nextPem(charged(context, keyPem));
  if (found.kind === 'none') throw plainError('failed to decode PEM block');
  const key = readAnyKey(found.block.bytes);
  if (key === undefined) throw plainError('could not parse private key: unable to parse private key type');
  if (key.asymmetricKeyType !== 'rsa') throw plainError('could not parse RSA private key');
  for (const name of hashesFor(hash)) {
    // A private operation with a key of 4096 bits takes about two milliseconds.
    context.budget.step(2000);
    context.budget.announce(operationNanoseconds(key));
    context.budget.pay(operationNanoseconds(key));
    const text = decryptOaep(key, name, ciphertext);
    if (text !== undefined) return text;
  }
  throw plainError('error decrypting data with RSA: crypto/rsa: decryption error');
}

/** Finding the primes of a key of 4096 bits, nanoseconds. */
const FACTORING = 50_000_000;

/** Keys: from JWK to PEM, and decryption with a private one. */
export const keyFunctions = [
  define('jwkPublicKeyPem', [t.string], t.string, (context, json) => publicPemOfJwk(charged(context, json))),
  define('jwkPrivateKeyPem', [t.string], t.string, (context, json) => {
    context.budget.step(2000);
    // A key without its primes has to be factored.
    return privatePemOfJwk(charged(context, json), () => context.budget.announce(FACTORING));
  }),
  define('rsaDecrypt', [t.string, t.string, t.string, t.string], t.string, rsaDecrypt),
];
