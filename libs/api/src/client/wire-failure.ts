/** What went wrong between here and the provider, when it did not answer. */
export type WireFailureKind =
  /** No connection came about. */
  | 'connect'
  /** The stream was refused before a handler saw it (RFC 9113 §8.7). */
  | 'refused'
  /** The stream was reset, or the connection lost, with the call under way. */
  | 'lost'
  /** The peer wants fewer or smaller calls on this connection (ENHANCE_YOUR_CALM). */
  | 'overloaded'
  /** The peer closed the connection right after the handshake, before it said anything. */
  | 'turnedAway'
  /** What came back is no gRPC answer. */
  | 'protocol'
  /** The answer, or the request, is larger than allowed. */
  | 'responseTooLarge'
  /** The answer has more entries or fields, or longer keys, than allowed. The message goes on after "the answer of …". */
  | 'tooManyParts'
  | 'requestTooLarge';

/** A call that ended without a status. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly kind: WireFailureKind;

  constructor(kind: WireFailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}
