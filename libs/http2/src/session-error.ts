/**
 * Why a session does not do what it was asked for:
 * - `connect`: no connection came about; the reason is the cause
 * - `turnedAway`: the peer closed the connection after the TLS handshake, before it said anything
 * - `refused`: it takes no more streams, so the request was never sent
 * - `headersTooLarge`: the peer announced that it takes fewer bytes of header fields than the request has; it was not sent
 * - `lost`: it ended with streams open, because the peer was silent or it was given up
 */
export type SessionErrorKind = 'connect' | 'turnedAway' | 'refused' | 'headersTooLarge' | 'lost';

/** Thrown when a session cannot be opened, takes no stream, or has ended before its streams; `kind` says which. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly kind: SessionErrorKind;

  constructor(kind: SessionErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

/** Thrown when the peer does not choose HTTP/2 in the handshake (RFC 9113 §3.2). */
export class NoHttp2 extends Error {
  override readonly name = 'NoHttp2';
  readonly code = 'ESO_NO_HTTP2';

  constructor() {
    super('it does not speak HTTP/2, which this client needs');
  }
}
