import { isError } from '@eso/runtime';
import type { ErrorCode } from '../contract/codes.ts';

/** What a failed handshake means. */
export interface TlsProblem {
  readonly code: Extract<
    ErrorCode,
    'TLS_NAME_MISMATCH' | 'TLS_UNTRUSTED' | 'TLS_EXPIRED' | 'TLS_FAILED' | 'CLIENT_REJECTED'
  >;
  /** Node's or OpenSSL's own name of the failure: `CERT_HAS_EXPIRED`. */
  readonly reason: string;
}

const byReason: Readonly<Record<string, TlsProblem['code']>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_NAME_MISMATCH',
  HOSTNAME_MISMATCH: 'TLS_NAME_MISMATCH',
  CERT_HAS_EXPIRED: 'TLS_EXPIRED',
  CERT_NOT_YET_VALID: 'TLS_EXPIRED',
  CRL_HAS_EXPIRED: 'TLS_EXPIRED',
  CRL_NOT_YET_VALID: 'TLS_EXPIRED',
  CERT_CHAIN_TOO_LONG: 'TLS_UNTRUSTED',
  CERT_REJECTED: 'TLS_UNTRUSTED',
  CERT_REVOKED: 'TLS_UNTRUSTED',
  CERT_SIGNATURE_FAILURE: 'TLS_UNTRUSTED',
  CERT_UNTRUSTED: 'TLS_UNTRUSTED',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_UNTRUSTED',
  INVALID_CA: 'TLS_UNTRUSTED',
  INVALID_PURPOSE: 'TLS_UNTRUSTED',
  PATH_LENGTH_EXCEEDED: 'TLS_UNTRUSTED',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS_UNTRUSTED',
  UNABLE_TO_GET_CRL: 'TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS_UNTRUSTED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_UNTRUSTED',
};

/** Alerts by which a peer says that it does not like our certificate (RFC 8446 §6.2). */
const clientAlert =
  /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED)$/;

const MAX_CAUSES = 8;

/**
 * Finds a TLS failure in an error's chain of causes. Connect's own code says little: an untrusted certificate arrives as
 * Internal, a refused client as Canceled.
 * @returns undefined when nothing in the chain is about TLS.
 */
export function classifyTlsError(thrown: unknown): TlsProblem | undefined {
  let current: unknown = thrown;
  for (let depth = 0; depth < MAX_CAUSES && isError(current); depth++, current = current.cause) {
    const reason = (current as { code?: unknown }).code;
    if (typeof reason !== 'string') continue;
    const code = codeOf(reason);
    if (code) return { code, reason };
  }
  return undefined;
}

function codeOf(reason: string): TlsProblem['code'] | undefined {
  const known = byReason[reason];
  if (known) return known;
  if (clientAlert.test(reason)) return 'CLIENT_REJECTED';
  return reason === 'EPROTO' || /^ERR_(?:SSL|TLS)_/.test(reason) ? 'TLS_FAILED' : undefined;
}
