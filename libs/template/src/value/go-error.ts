import type { Constant, PublicText } from './public-text.ts';
import { constant } from './public-text.ts';

/**
 * What a function reports where Go's would return an error or panic. Its `message` is the text that may be shown, so that whatever
 * prints an error prints no value; Go's own text has to be asked for by name.
 */
export class GoError extends Error {
  /** What may be shown; undefined when Go's text is all there is to say. */
  readonly publicReason: PublicText | undefined;
  readonly #goText: string;

  constructor(goText: string, publicReason?: PublicText) {
    super(publicReason ?? 'the reason is not shown: it may hold a value');
    this.name = 'GoError';
    this.publicReason = publicReason;
    this.#goText = goText;
  }

  /** Go's own text as a byte string. It may hold values: for tests and for rendering on a user's machine only. */
  get goText(): string {
    return this.#goText;
  }
}

/** An error whose text holds no value and may be shown to everybody. The compiler takes constants and `shown` texts only. */
export function plainError<const T extends string>(message: Constant<T> | PublicText): GoError {
  return new GoError(message, constant<T>(message));
}
