/** What went wrong between here and the provider, when it did not answer. */
export type WireFailureKind =
  /** No connection came about. */
  | 'connect'
  /** The peer closed the connection after the handshake, before it said anything. */
  | 'turnedAway'
  /** The peer's gate does not accept our certificate, and said so for the connection, not for a call. */
  | 'clientRejected'
  /** The stream was refused before a handler saw it (RFC 9113 §8.7). */
  | 'refused'
  /** The peer reset this call alone. */
  | 'reset'
  /** The connection ended with the call under way. */
  | 'lost'
  /** ENHANCE_YOUR_CALM: the peer wants fewer calls on this connection; or Node ended a call whose header fields are too many. */
  | 'overloaded'
  /** What came back is no gRPC answer. */
  | 'protocol'
  /** What came back is HTTP, and says that who should answer is not there for the moment. */
  | 'unavailable'
  /** The answer, or the request, is larger than allowed. */
  | 'responseTooLarge'
  | 'requestTooLarge'
  /** The answer has more entries or fields, or longer keys, than allowed. The message goes on after "the answer of …". */
  | 'tooManyParts';

/** A call that ended without a status. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly kind: WireFailureKind;

  constructor(kind: WireFailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}
