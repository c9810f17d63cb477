import type { KeyObject } from 'node:crypto';

/** How certificates are signed: ECDSA on P-256 over SHA-256. Another algorithm is another member of this union. */
export type SignatureAlgorithm = 'ecdsa-p256-sha256';

/**
 * The key of a certificate authority, wherever it lives. Callers hand in bytes and get a signature; whether the key is in this
 * process, in a hardware module or in a key management service makes no difference to them.
 */
export interface Signer {
  /** Where the key lives, for logs and metrics: `wrapped-key`. */
  readonly kind: string;
  readonly algorithm: SignatureAlgorithm;
  /** The public half. */
  readonly publicKey: KeyObject;
  /**
   * Signs the DER bytes of a to-be-signed structure (certificate or revocation list) and hashes them itself.
   * @returns the signature as X.509 holds it: a DER ECDSA-Sig-Value (RFC 3279 §2.2.3)
   */
  sign(tbs: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * What of a signer stands in the authority's Secret next to `ca.crt`: entries by key. An encrypted private key for the wrapped
 * key; a signer whose key lives elsewhere keeps a reference to it there, or nothing.
 */
export type StoredKey = Readonly<Record<string, string>>;

/** Makes and opens the keys of one kind of signer. */
export interface SignerSource {
  readonly kind: string;
  /** Names of the entries that `open` needs. */
  readonly storedEntries: readonly string[];
  /** Makes a new key and says what has to be stored to open it again. */
  create(signal?: AbortSignal): Promise<{ signer: Signer; stored: StoredKey }>;
  /**
   * Opens the key that was stored.
   * @throws PkiError KEY_INVALID or KEY_NOT_DECRYPTED when what is stored does not open
   */
  open(stored: StoredKey, signal?: AbortSignal): Promise<Signer>;
}
