import { generateKeyPairSync } from 'node:crypto';
import { ProviderError } from '@eso/api/server';
import { opensslFile } from '../testing/pushed-material.ts';
import type { VaultObject } from './vault-object.ts';
import { wantedKey } from './wanted-key.ts';

const options = { expiresOn: undefined, contentType: undefined, tags: {} };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pem = (type: 'pkcs8' | 'pkcs1' | 'sec1', key = rsa) => key.export({ type, format: 'pem' });
const ec = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve }).privateKey;

/** The object as a vault shows it: its public half. */
function existing(jwk: object, expires?: Date): VaultObject {
  const attributes = new Map(expires ? [['expires', expires]] : []);
  return { content: Buffer.from(JSON.stringify(jwk)), tags: new Map(), isOfCertificate: false, attributes };
}

test.each(['pkcs8', 'pkcs1'] as const)('an RSA key in %s is the same as its public half', (type) => {
  const { n, e } = rsa.export({ format: 'jwk' });
  const wanted = wantedKey(Buffer.from(pem(type)), options);
  expect(wanted.isSame(existing({ kty: 'RSA', n, e }))).toBe(true);
  expect(wanted.isSame(existing({ kty: 'RSA-HSM', n, e }))).toBe(true);
  expect(wanted.isSame(existing({ kty: 'RSA', n: 'AAAA', e }))).toBe(false);
  expect(wanted.isSame(existing({ kty: 'RSA' }))).toBe(false);
});

test.each([
  ['P-256', 'P-256'],
  ['P-384', 'P-384'],
  ['P-521', 'P-521'],
  ['secp256k1', 'P-256K'],
])('an EC key on %s is the same as its public half', (curve, crv) => {
  const key = ec(curve);
  const { x, y } = key.export({ format: 'jwk' });
  const wanted = wantedKey(Buffer.from(pem('sec1', key)), options);
  expect(wanted.isSame(existing({ kty: 'EC', crv, x, y }))).toBe(true);
  expect(wanted.isSame(existing({ kty: 'EC', crv, x, y: x }))).toBe(false);
});

test('parameters before an EC key, as OpenSSL writes them, are skipped', () => {
  const text = opensslFile(['ecparam', '-genkey', '-name', 'prime256v1', '-out', 'out'], {}).toString();
  expect(text).toContain('BEGIN EC PARAMETERS');
  expect(() => wantedKey(Buffer.from(text), options)).not.toThrow();
});

test('an expiry that is wanted is compared, and one that is not is left alone', () => {
  const { n, e } = rsa.export({ format: 'jwk' });
  const expiresOn = new Date('2030-01-01T00:00:00Z');
  const there = existing({ kty: 'RSA', n, e }, expiresOn);
  expect(wantedKey(Buffer.from(pem('pkcs8')), { ...options, expiresOn }).isSame(there)).toBe(true);
  expect(wantedKey(Buffer.from(pem('pkcs8')), options).isSame(there)).toBe(true);
  const later = { ...options, expiresOn: new Date('2031-01-01T00:00:00Z') };
  expect(wantedKey(Buffer.from(pem('pkcs8')), later).isSame(there)).toBe(false);
});

test('what is no PEM is a symmetric key, which a vault never shows', () => {
  expect(wantedKey(Buffer.from('0123456789abcdef'), options).isSame(existing({ kty: 'oct' }))).toBe(false);
});

test.each([
  ['nothing', '', 'the value is empty, and no key'],
  [
    'a public key',
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    'key type PUBLIC KEY is not supported',
  ],
  [
    'a key of OpenSSH',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----\n',
    'key type OPENSSH',
  ],
  ['an encrypted key', pem('pkcs8').replaceAll(' PRIVATE', ' ENCRYPTED PRIVATE'), 'the private key is encrypted'],
  ['one that is encrypted as of old', oldEncrypted(), 'the private key is encrypted'],
  ['no end', pem('pkcs8').slice(0, 300), 'key type without an end is not supported'],
  [
    'a small key',
    pem('pkcs8', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
    'an RSA key of 1024 bits',
  ],
  ['another curve', pem('pkcs8', ec('brainpoolP256r1')), 'a key of type ec on curve brainpoolP256r1'],
  ['Ed25519', pem('pkcs8', generateKeyPairSync('ed25519').privateKey), 'a key of type ed25519 is not supported'],
])('%s is refused in words', (_name, text, words) => {
  const error = failureOf(() => wantedKey(Buffer.from(text), options));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', field: 'match.secretKey' });
  expect(error.publicMessage.slice(0, words.length)).toBe(words);
});

function oldEncrypted(): string {
  const args = ['rsa', '-in', 'key', '-traditional', '-aes128', '-passout', 'pass:abcd', '-out', 'out'];
  return opensslFile(args, { key: pem('pkcs1') }).toString();
}

function failureOf(run: () => unknown): ProviderError {
  try {
    run();
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('it is not refused');
}
