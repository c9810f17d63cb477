import { readFile } from 'node:fs/promises';
import { PkiError } from './error.ts';

/** 256 bits: what AES-256 takes. A shorter key would be the weakest part. */
const MIN_BYTES = 32;

/** OpenSSL reads no longer passphrase from its callback (PEM_BUFSIZE), so nothing longer could be opened by its tools. */
const MAX_BYTES = 1024;

/** The file of a key-encryption key, and the flag that names it, for errors. */
export interface KeyEncryptionKeyFile {
  /** Path of the file. Its bytes are the key as they are: nothing is trimmed or decoded. */
  file: string;
  /** Where the path was configured, for error texts: `--key-encryption-key-file`. */
  flag: string;
}

/**
 * Reads the key-encryption key, 32 to 1024 bytes. The caller overwrites the buffer after use.
 * @throws PkiError KEY_ENCRYPTION_KEY_UNREADABLE or KEY_ENCRYPTION_KEY_UNUSABLE; the text names flag and file
 */
export async function readKeyEncryptionKey(
  { file, flag }: KeyEncryptionKeyFile,
  signal?: AbortSignal,
): Promise<Buffer> {
  if (file === '') {
    throw new PkiError(
      'KEY_ENCRYPTION_KEY_UNREADABLE',
      `${flag} is not set: name a file of at least ${MIN_BYTES} random bytes (openssl rand -out FILE ${MIN_BYTES})`,
    );
  }
  let key: Buffer;
  try {
    key = await readFile(file, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw new PkiError(
      'KEY_ENCRYPTION_KEY_UNREADABLE',
      `${flag}: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}): ` +
        'mount the key-encryption key there and let the process read it',
      { retryable: true },
    );
  }
  if (key.length >= MIN_BYTES && key.length <= MAX_BYTES) return key;
  const size = key.length;
  key.fill(0);
  throw new PkiError(
    'KEY_ENCRYPTION_KEY_UNUSABLE',
    `${flag}: ${file} holds ${size} bytes, needed are ${MIN_BYTES} to ${MAX_BYTES} random ones ` +
      `(openssl rand -out FILE ${MIN_BYTES})`,
  );
}
