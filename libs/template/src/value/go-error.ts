/**
 * What a function reports where Go's would return an error or panic. The message is Go's own text as a byte string and may
 * hold values; `publicReason` is a text that never does, for messages whose Go text is fixed.
 */
export class GoError extends Error {
  readonly publicReason: string | undefined;

  constructor(message: string, publicReason?: string) {
    super(message);
    this.name = 'GoError';
    this.publicReason = publicReason;
  }
}

/** An error whose text holds no value and may be shown to everybody. */
export function plainError(message: string): GoError {
  return new GoError(message, message);
}
