import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { PkiError } from './error.ts';
import { readEncryptedKey } from './encrypted-key.ts';
import { type KeyEncryptionKeyFile, readKeyEncryptionKey } from './key-encryption-key.ts';
import type { Signer, SignerSource } from './signer.ts';

/** Entry of the authority's Secret that holds the encrypted key. */
const KEY_ENTRY = 'ca.key';

/** PBES2 with this cipher (RFC 8018). Its key derivation is short: the key-encryption key is random, not a password. */
const CIPHER = 'aes-256-cbc';

const generate = promisify(generateKeyPair);
const signBytes = promisify(sign);

/** A key in this process's memory. The private half stays in here and has no way out. */
class WrappedKeySigner implements Signer {
  readonly kind = 'wrapped-key';
  readonly algorithm = 'ecdsa-p256-sha256';
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.publicKey = createPublicKey(privateKey);
  }

  async sign(tbs: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    return signBytes('sha256', tbs, { key: this.#privateKey, dsaEncoding: 'der' });
  }
}

/**
 * The default source of an authority's key: an ECDSA P-256 key that is stored as encrypted PKCS#8 under a key-encryption key from
 * a file. The file is read at each use, so that a mount that was fixed helps without a restart; the plain key is never written.
 */
export function wrappedKeySource(keyFile: KeyEncryptionKeyFile): SignerSource {
  return {
    kind: 'wrapped-key',
    storedEntries: [KEY_ENTRY],

    async create(signal) {
      const kek = await readKeyEncryptionKey(keyFile, signal);
      try {
        const { privateKey } = await generate('ec', { namedCurve: 'P-256' });
        const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: CIPHER, passphrase: kek });
        return { signer: new WrappedKeySigner(privateKey), stored: { [KEY_ENTRY]: pem } };
      } finally {
        kek.fill(0);
      }
    },

    async open(stored, signal) {
      const pem = stored[KEY_ENTRY];
      if (!pem) throw new PkiError('KEY_INVALID', `${KEY_ENTRY} is missing`);
      const der = readEncryptedKey(pem, KEY_ENTRY);
      const kek = await readKeyEncryptionKey(keyFile, signal);
      try {
        return new WrappedKeySigner(decrypt(der, kek, keyFile));
      } finally {
        kek.fill(0);
      }
    },
  };
}

function decrypt(der: Buffer, kek: Buffer, { file, flag }: KeyEncryptionKeyFile): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: kek });
  } catch {
    // OpenSSL's own text says only "bad decrypt", and a cause might carry its input.
    throw new PkiError(
      'KEY_NOT_DECRYPTED',
      `${KEY_ENTRY} does not open with the key in ${file} (${flag}): ` +
        'use the key-encryption key that the certificate authority was created with',
      { retryable: true },
    );
  }
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new PkiError('KEY_INVALID', `${KEY_ENTRY} is not an ECDSA key on P-256`);
}
