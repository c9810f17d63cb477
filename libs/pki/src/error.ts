import { CodedError, errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type PkiErrorCode =
  /** Thrown when the file with the key-encryption key is not named, absent or unreadable. */
  | 'KEY_ENCRYPTION_KEY_UNREADABLE'
  /** Thrown when the key-encryption key is too short to protect anything, or too long for PKCS#8 tools. */
  | 'KEY_ENCRYPTION_KEY_UNUSABLE'
  /** Thrown when a stored private key does not open with the key-encryption key. */
  | 'KEY_NOT_DECRYPTED'
  /** Thrown when a stored private key is absent or not in encrypted PKCS#8. */
  | 'KEY_INVALID'
  /** Thrown when text that should hold certificates does not. */
  | 'CERTIFICATE_INVALID'
  /** Thrown when no certificate of the authority belongs to its key, or the one that does may not sign. */
  | 'AUTHORITY_INVALID'
  /** Thrown when the authority has expired, or is not valid yet: nothing may be issued. */
  | 'AUTHORITY_ENDED'
  /** Thrown when a validity or a renewal window is outside its bounds. */
  | 'LIFETIME_INVALID'
  /** Thrown when a trust domain, cluster domain, Service or namespace cannot stand in a certificate. */
  | 'NAME_INVALID'
  /** Something else was thrown. */
  | 'UNEXPECTED';

/** Thrown when a key, a certificate or what is to stand in one cannot be used. The only error class this library throws. Its texts name files and fields, never key material. */
export class PkiError extends CodedError<PkiErrorCode> {
  override readonly name = 'PkiError';

  /** Wraps whatever was thrown; a PkiError stays as it is. */
  static override from(thrown: unknown): PkiError {
    if (thrown instanceof PkiError) return thrown;
    return new PkiError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
