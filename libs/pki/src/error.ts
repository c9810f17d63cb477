import { errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type PkiErrorCode =
  /** The file with the key-encryption key is not named, absent or unreadable. */
  | 'KEY_ENCRYPTION_KEY_UNREADABLE'
  /** The key-encryption key is too short to protect anything, or too long for PKCS#8 tools. */
  | 'KEY_ENCRYPTION_KEY_UNUSABLE'
  /** A stored private key does not open with the key-encryption key. */
  | 'KEY_NOT_DECRYPTED'
  /** A stored private key is absent or not in encrypted PKCS#8. */
  | 'KEY_INVALID'
  /** Text that should hold certificates does not. */
  | 'CERTIFICATE_INVALID'
  /** No certificate of the authority belongs to its key, or the one that does may not sign. */
  | 'AUTHORITY_INVALID'
  /** The authority has expired, or is not valid yet: nothing may be issued. */
  | 'AUTHORITY_ENDED'
  /** A validity or a renewal window outside its bounds. */
  | 'LIFETIME_INVALID'
  /** A trust domain, cluster domain, Service or namespace that cannot stand in a certificate. */
  | 'NAME_INVALID'
  | 'UNEXPECTED';

/** The only error class this library throws. Its texts name files and fields, never key material. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  /** Whether the same call may succeed later without a change by a human. */
  readonly retryable: boolean;
  /** Text that may be shown to users: says what happened and what to do, and holds no secret. */
  readonly publicMessage: string;

  constructor(code: PkiErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.publicMessage = message;
  }

  /** Wraps whatever was thrown; a PkiError stays as it is. */
  static from(thrown: unknown): PkiError {
    if (thrown instanceof PkiError) return thrown;
    return new PkiError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
