import { isKubeError, KubeError } from '@eso/kube';
import { PkiError } from '@eso/pki';
import { errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type CertificateErrorCode =
  /** A Secret of the authority's name is not ours. */
  | 'AUTHORITY_FOREIGN'
  /** The authority's Secret does not open. */
  | 'AUTHORITY_UNUSABLE'
  /** It opens, and is an older one than was in force last: an administrator has to say that this is meant. */
  | 'AUTHORITY_UNCONFIRMED'
  /** A right is missing. */
  | 'FORBIDDEN'
  | 'UNEXPECTED';

/** The error class of this process. Its texts never hold key material. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: CertificateErrorCode;
  /** Whether the same may succeed later without a change by a human. */
  readonly retryable: boolean;
  /** Text that may be shown to users: what happened and what to do. */
  readonly publicMessage: string;

  constructor(code: CertificateErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.publicMessage = message;
  }

  /** Wraps whatever was thrown, with a text for users; a CertificateError stays as it is. */
  static from(thrown: unknown): CertificateError {
    if (thrown instanceof CertificateError) return thrown;
    if (isKubeError(thrown, 'FORBIDDEN')) {
      const text = `${thrown.publicMessage}. Grant the rights of charts/external-secrets/files in this namespace`;
      return new CertificateError('FORBIDDEN', text, { cause: thrown });
    }
    if (thrown instanceof PkiError || thrown instanceof KubeError) {
      const { publicMessage } = thrown;
      // Quotas, policies and namespaces change where no watch looks.
      const refused = isKubeError(thrown, 'QUOTA_EXCEEDED', 'ADMISSION_DENIED', 'NAMESPACE_TERMINATING');
      return new CertificateError('UNEXPECTED', publicMessage, {
        retryable: refused || thrown.retryable,
        cause: thrown,
      });
    }
    return new CertificateError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
