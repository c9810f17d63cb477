import type { KeyObject } from 'node:crypto';
import type { JsonWebKey } from '@azure/keyvault-keys';
import type { VaultPushOptions } from './push-options.ts';
import { pemBlocks } from './pem.ts';
import { privateKeyAmong, refusedValue } from './private-key.ts';
import type { WantedObject } from './wanted-object.ts';

/** Bits of the RSA keys that Key Vault takes. */
const RSA_BITS: readonly unknown[] = [2048, 3072, 4096];
/** Curves that Key Vault takes, by OpenSSL's names, with its own. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  secp256k1: 'P-256K',
};
const BINARY = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'x', 'y'] as const;

/**
 * A key: the private key of a PEM text; what is no PEM is a symmetric key.
 * @throws ProviderError INVALID_REQUEST for a key that Key Vault does not take.
 */
export function wantedKey(value: Uint8Array, { expiresOn, tags }: VaultPushOptions): WantedObject {
  const key = keyOf(value);
  return {
    isSame: ({ content, attributes }) =>
      hasSamePublicHalf(key, JSON.parse(Buffer.from(content).toString()) as Record<string, unknown>) &&
      (!expiresOn || attributes.get('expires')?.getTime() === expiresOn.getTime()),
    write: ({ keys }, { name, signal }) =>
      keys.importKey(name, key, { tags: { ...tags }, ...(expiresOn && { expiresOn }), abortSignal: signal }),
  };
}

function keyOf(value: Uint8Array): JsonWebKey {
  if (value.length === 0) throw refusedValue('the value is empty, and no key', 'push a key');
  const blocks = pemBlocks(value);
  if (!blocks) return { kty: 'oct', k: value };
  const key = privateKeyAmong(blocks);
  if (key) return jwkOf(key);
  throw refusedValue(
    `key type ${blocks[0]?.label ?? 'without an end'} is not supported`,
    'push a private key in PEM without encryption: PKCS#8, PKCS#1 or SEC 1',
  );
}

function jwkOf(key: KeyObject): JsonWebKey {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength, namedCurve = '' } = {} } = key;
  if (type === 'rsa') {
    if (RSA_BITS.includes(modulusLength)) return { kty: 'RSA', ...partsOf(key) };
    throw refusedValue(
      `an RSA key of ${modulusLength} bits is not supported`,
      `push one of ${RSA_BITS.join(', ')} bits`,
    );
  }
  const crv = Object.hasOwn(CURVES, namedCurve) ? CURVES[namedCurve] : undefined;
  if (type === 'ec' && crv) return { kty: 'EC', crv, ...partsOf(key) };
  throw refusedValue(
    `a key of type ${type}${namedCurve && ` on curve ${namedCurve}`} is not supported`,
    'push an RSA key, or an EC key on P-256, P-384, P-521 or secp256k1',
  );
}

function partsOf(key: KeyObject): Partial<Record<(typeof BINARY)[number], Uint8Array>> {
  const jwk = key.export({ format: 'jwk' });
  return Object.fromEntries(
    BINARY.flatMap((name) => (jwk[name] === undefined ? [] : [[name, Buffer.from(jwk[name], 'base64url')]])),
  );
}

/** A symmetric key is never shown by a vault, so it is never known to be the same. */
function hasSamePublicHalf(key: JsonWebKey, existing: Readonly<Record<string, unknown>>): boolean {
  const same = (name: 'n' | 'e' | 'x' | 'y'): boolean => {
    const there = existing[name];
    const wanted = key[name];
    return wanted !== undefined && typeof there === 'string' && Buffer.from(there, 'base64url').equals(wanted);
  };
  if (`${key.kty}` !== String(existing['kty']).replace(/-HSM$/, '')) return false;
  if (key.kty === 'RSA') return same('n') && same('e');
  return key.kty === 'EC' && key.crv === existing['crv'] && same('x') && same('y');
}
