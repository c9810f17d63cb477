import type { KeyObject, webcrypto } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { GoError, plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { decodeText } from '../value/utf8.ts';
import { encodePem } from './pem.ts';
import { pkcs8Pem } from './private-key.ts';
import { completeRsa } from './rsa-primes.ts';

/** Go's names for the keys that a JWK gives, by its key type: they occur in errors. */
const goTypes: Readonly<Record<string, string>> = {
  RSA: '*rsa.PublicKey',
  EC: '*ecdsa.PublicKey',
  OKP: 'ed25519.PublicKey',
};

function parseJwk(json: string): webcrypto.JsonWebKey & { readonly kty: string } {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(json));
  } catch (cause) {
    const reason = 'failed to parse JWK: the input is no JSON';
    throw cause instanceof SyntaxError ? plainError(reason) : cause;
  }
  if (typeof value !== 'object' || value === null || !('kty' in value) || typeof value.kty !== 'string') {
    throw plainError('failed to parse JWK: the input is no object with a "kty"');
  }
  return value as webcrypto.JsonWebKey & { kty: string };
}

/** What node:crypto says of a JWK names its members, and may name their values. */
function readJwk(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (error) {
    if (error instanceof GoError) throw error;
    throw plainError('failed to parse JWK: a member is missing, or its value does not fit the type of the key');
  }
}

/** The public key of a JWK (RFC 7517) as PEM; of a private JWK its public half. Throws `GoError`. */
export function publicPemOfJwk(json: string): string {
  const jwk = parseJwk(json);
  if (jwk.kty === 'oct') throw plainError('x509: unsupported public key type: []uint8');
  const key = readJwk(() => createPublicKey({ key: jwk, format: 'jwk' }));
  return encodePem('PUBLIC KEY', key.export({ type: 'spki', format: 'der' }));
}

/** The private key of a JWK as PEM in PKCS#8. Throws `GoError`. @param beforeFactoring told where a prime, or what is derived of it, is not there */
export function privatePemOfJwk(json: string, beforeFactoring: () => void = () => undefined): string {
  const jwk = parseJwk(json);
  if (jwk.kty === 'oct') throw plainError('x509: unknown key type while marshaling PKCS#8: []uint8');
  const goType = goTypes[jwk.kty];
  if (jwk.d === undefined && goType !== undefined) {
    throw plainError(shown`x509: unknown key type while marshaling PKCS#8: ${authored(goType)}`);
  }
  const derived = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi];
  if (jwk.kty === 'RSA' && derived.some((member) => member === undefined)) beforeFactoring();
  const complete = jwk.kty === 'RSA' ? completeRsa(jwk) : jwk;
  return pkcs8Pem(readJwk(() => createPrivateKey({ key: complete, format: 'jwk' })));
}
