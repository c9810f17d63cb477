import { isKubeError, KubeError } from '@eso/kube';
import { PkiError } from '@eso/pki';
import { CodedError, errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type CertificateErrorCode =
  /** Thrown when the Secret with the authority's name is not ours. */
  | 'AUTHORITY_FOREIGN'
  /** Thrown when the authority's Secret does not open. */
  | 'AUTHORITY_UNUSABLE'
  /** Thrown when it opens, and is an older one than was in force last: an administrator has to say that this is meant. */
  | 'AUTHORITY_UNCONFIRMED'
  /** Thrown when a right is missing. */
  | 'FORBIDDEN'
  /** Something else was thrown. */
  | 'UNEXPECTED';

/** Thrown when the authority or a certificate cannot be had. The error class of this process; its texts never hold key material. */
export class CertificateError extends CodedError<CertificateErrorCode> {
  override readonly name = 'CertificateError';

  /** Wraps whatever was thrown, with a text for users; a CertificateError stays as it is. */
  static override from(thrown: unknown): CertificateError {
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
