/** What can go wrong with an exchange beside the network and TLS. */
export type HttpFaultKind =
  'timeout' | 'connectTimeout' | 'tooLarge' | 'encoded' | 'brokeOff' | 'closed' | 'tlsMaterial';

/** Thrown inside the HTTP client; authors see the ProviderError that `httpFailure` makes of it. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly kind: HttpFaultKind;

  constructor(kind: HttpFaultKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
