import type { webcrypto } from 'node:crypto';
import { plainError } from '../value/go-error.ts';
import { powerModulo } from './private-key.ts';

/** Larger keys take seconds. */
const largestModulus = 4096;

function fromBase64Url(text: string | undefined): bigint | undefined {
  const hex = text === undefined ? '' : Buffer.from(text, 'base64url').toString('hex');
  return hex === '' ? undefined : BigInt(`0x${hex}`);
}

function toBase64Url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

function greatestDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

/** The inverse of a number modulo a prime. */
function inverse(value: bigint, prime: bigint): bigint {
  return powerModulo(value, prime - 2n, prime);
}

/**
 * The smaller prime of a modulus whose two exponents are known (NIST SP 800-56B, appendix C.2): a square root of 1 other than
 * 1 and -1 shares a factor with the modulus.
 */
function factor(modulus: bigint, e: bigint, d: bigint): bigint | undefined {
  let odd = e * d - 1n;
  if (odd <= 0n || odd % 2n === 1n) return undefined;
  while (odd % 2n === 0n) odd /= 2n;
  for (let base = 2n; base < 50n; base++) {
    let root = powerModulo(base, odd, modulus);
    for (let turn = 0; turn < largestModulus && root !== 1n && root !== modulus - 1n; turn++) {
      const square = (root * root) % modulus;
      if (square === 1n) return greatestDivisor(root - 1n, modulus);
      root = square;
    }
  }
  return undefined;
}

/**
 * A private RSA JWK with all the members that RFC 7518, 6.3.2 allows to leave out. Only those that are missing are made.
 * Throws `GoError` where the exponents do not belong to the modulus.
 */
export function completeRsa(jwk: webcrypto.JsonWebKey): webcrypto.JsonWebKey {
  const [n, e, d] = [fromBase64Url(jwk.n), fromBase64Url(jwk.e), fromBase64Url(jwk.d)];
  if (n === undefined || e === undefined || d === undefined) return jwk;
  const isComplete = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].every((member) => member !== undefined);
  if (isComplete) return jwk;
  if (n.toString(2).length > largestModulus)
    throw plainError('failed to parse JWK: without its primes the RSA key is too large');
  const p = fromBase64Url(jwk.p) ?? factor(n, e, d);
  if (p === undefined || p <= 1n || n % p !== 0n)
    throw plainError('failed to parse JWK: the members of the RSA key do not fit');
  const q = n / p;
  const made = { p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q % p, p) };
  const members = Object.entries(made).map(([name, value]) => [name, toBase64Url(value)] as const);
  return { ...jwk, ...Object.fromEntries(members) };
}
