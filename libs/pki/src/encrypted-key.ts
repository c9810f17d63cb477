import { PkiError } from './error.ts';

const BLOCK = /^-----BEGIN ENCRYPTED PRIVATE KEY-----\s([A-Za-z0-9+/=\s]*)-----END ENCRYPTED PRIVATE KEY-----$/;

/** Key derivation runs on the event loop: this many rounds take about 50 ms. Node and openssl write 2,048. */
const MAX_ROUNDS = 100_000;

/**
 * EncryptedPrivateKeyInfo (RFC 5958 §3) with PBES2 of PBKDF2, HMAC with SHA-256 and AES-256 in CBC mode (RFC 8018), in hexadecimal
 * up to the initialisation vector. Caught are the rounds.
 */
const HEADER = new RegExp(
  [
    '^30(?:[0-7].|81..|82....)', // SEQUENCE
    '30..06092a864886f70d01050d', //   SEQUENCE, PBES2
    '30..30..06092a864886f70d01050c', //     SEQUENCE of SEQUENCE, PBKDF2
    '30..04(?:08.{16}|10.{32}|20.{64})', //       SEQUENCE, salt
    '02(?:01(..)|02(....)|03(......))', //         rounds
    '300c06082a864886f70d02090500', //         hmacWithSHA256
    '301d060960864801650304012a0410', //     aes256-CBC
  ].join(''),
);

/**
 * Reads a private key in encrypted PKCS#8 (PEM), and only in the form that this library writes. Whoever can write it chooses how it
 * is to be opened: a plain key would open, too; a weak cipher would let somebody make one that opens; and a count of rounds
 * without a bound would hold the event loop for hours.
 * @param what name of the text, for errors: `ca.key`
 * @returns its DER bytes
 * @throws PkiError KEY_INVALID
 */
export function readEncryptedKey(pem: string, what: string): Buffer {
  const base64 = BLOCK.exec(pem.trim())?.[1];
  if (base64 === undefined) throw new PkiError('KEY_INVALID', `${what} is not a private key in encrypted PKCS#8 (PEM)`);
  const der = Buffer.from(base64, 'base64');
  const found = HEADER.exec(der.subarray(0, 256).toString('hex'));
  const rounds = Number.parseInt(found?.[1] ?? found?.[2] ?? found?.[3] ?? '', 16);
  if (rounds >= 1 && rounds <= MAX_ROUNDS) return der;
  throw new PkiError(
    'KEY_INVALID',
    `${what} is not encrypted as it has to be: PBES2 with AES-256-CBC, and PBKDF2 of at most ${MAX_ROUNDS} rounds ` +
      '(openssl pkcs8 -topk8 -v2 aes-256-cbc)',
  );
}
