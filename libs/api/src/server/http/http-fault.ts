import { CodedError } from '@eso/runtime';

/** What can go wrong with an exchange beside the network and TLS. */
export type HttpFaultCode =
  /** Thrown when the answer did not come in time. */
  | 'TIMEOUT'
  /** Thrown when the connection did not come about in time. */
  | 'CONNECT_TIMEOUT'
  /** Thrown when the answer is larger than the options allow. */
  | 'TOO_LARGE'
  /** Thrown when the answer is compressed, which was not asked for. */
  | 'ENCODED'
  /** Thrown when the answer ended before its end. */
  | 'BROKE_OFF'
  /** Thrown when the client has been closed. */
  | 'CLOSED'
  /** Thrown when a certificate, a key or an authority cannot be used. */
  | 'TLS_MATERIAL';

/** Thrown when an exchange fails, inside the HTTP client; authors see the ProviderError that `httpFailure` makes of it. */
export class HttpFault extends CodedError<HttpFaultCode> {
  override readonly name = 'HttpFault';
}
