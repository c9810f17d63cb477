import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Asn1 } from 'node-forge/lib/asn1.js';
import pbe from 'node-forge/lib/pbe.js';
import util from 'node-forge/lib/util.js';
import { child, children, smallInteger, octets, oidOf, parseDer } from './asn1.ts';
import { refusedValue } from './private-key.ts';

/**
 * Rounds of key derivation that a part of a container may ask for: whoever pushes chooses them. OpenSSL, Windows and Go use about
 * 2,000. The new kind runs beside the main thread, the old one on it, 3 microseconds a round.
 */
const MAX_ROUNDS = { new: 100_000, old: 5_000 } as const;

const PBES2 = '1.2.840.113549.1.5.13';
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};
const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const derive = promisify(pbkdf2);

/**
 * Decrypts a part of a PKCS#12 container with an empty password: PBES2, and the old 3DES and RC2 of 40 bits.
 * @throws ProviderError INVALID_REQUEST
 */
export async function decryptWithoutPassword(algorithm: Asn1, data: string): Promise<Asn1> {
  const isNew = oidOf(algorithm) === PBES2;
  checkRounds(isNew ? child(algorithm, 1, 0, 1) : child(algorithm, 1), isNew ? 'new' : 'old');
  try {
    if (isNew) return await decryptNew(child(algorithm, 1), data);
  } catch {
    // Said below.
  }
  // An empty password is written in two ways, of which the old algorithms make different keys.
  for (const password of isNew ? [] : ['', null]) {
    const plain = decryptOld(algorithm, data, password);
    if (plain) return plain;
  }
  throw refusedValue(
    'the PKCS#12 container cannot be read without a password',
    'export it with an empty password, as Key Vault gets none, and with AES or 3DES',
  );
}

/** @param parameters of the derivation: salt and rounds */
function checkRounds(parameters: Asn1, kind: keyof typeof MAX_ROUNDS): void {
  if (roundsOf(parameters) <= MAX_ROUNDS[kind]) return;
  throw refusedValue(
    `the PKCS#12 container asks for more than ${MAX_ROUNDS[kind]} rounds of key derivation`,
    'export it with fewer rounds, such as openssl pkcs12 -export -iter 2048',
  );
}

function roundsOf(parameters: Asn1): number {
  const rounds = child(parameters, 1);
  try {
    return smallInteger(rounds);
  } catch {
    // Of more than 32 bits.
    return Infinity;
  }
}

/** RFC 8018, appendix A.4. */
async function decryptNew(parameters: Asn1, data: string): Promise<Asn1> {
  const derivation = child(parameters, 0, 1);
  const scheme = child(parameters, 1);
  const cipher = CIPHERS[oidOf(scheme)];
  // What the rest may be is a length and a hash; SHA-1 goes without saying.
  const named = children(derivation).find((part) => children(part).length > 0);
  const hash = named ? HASHES[oidOf(named)] : 'sha1';
  if (!cipher || !hash) throw new TypeError('the algorithm is another');
  const salt = bytesOf(octets(child(derivation, 0)));
  const key = await derive('', salt, Math.max(1, smallInteger(child(derivation, 1))), cipher.keyBytes, hash);
  const decipher = createDecipheriv(cipher.name, key, bytesOf(octets(child(scheme, 1))));
  return parseDer(Buffer.concat([decipher.update(bytesOf(data)), decipher.final()]).toString('latin1'));
}

/** RFC 7292, appendix C; undefined where it is another password. */
function decryptOld(algorithm: Asn1, data: string, password: string | null): Asn1 | undefined {
  try {
    const cipher = pbe.getCipher(oidOf(algorithm), child(algorithm, 1), password);
    cipher.update(util.createBuffer(data));
    return cipher.finish() ? parseDer(cipher.output.getBytes()) : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
