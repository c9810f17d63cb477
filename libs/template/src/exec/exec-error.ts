import { quote } from '../strconv/quote.ts';
import type { PublicText } from '../value/public-text.ts';

/** Where and why an execution stopped. */
export interface ExecFailure {
  /** Name of the whole text. */
  readonly template: string;
  readonly line: number;
  /** Bytes before the node on its line, as Go counts. */
  readonly column: number;
  /** Name of the template (a `define` of the text, or the text) that was running. */
  readonly executing: string;
  /** Source of the node that failed. */
  readonly at: string;
  /** Go's words, which may hold values. */
  readonly goReason: string;
  /** The same without any value. */
  readonly publicReason: PublicText;
}

/** Thrown when an execution fails. The message holds no value that was rendered; it is a byte string. */
export class ExecError extends Error {
  readonly #failure: ExecFailure;

  constructor(failure: ExecFailure) {
    super(describe(failure, failure.publicReason));
    this.name = 'ExecError';
    this.#failure = failure;
  }

  /** Where it failed, and what may be shown about it. */
  get failure(): Omit<ExecFailure, 'goReason'> {
    return this.#failure;
  }

  /** Go's own text as a byte string. It may hold values: for tests and for rendering on a user's machine only. */
  get goText(): string {
    return describe(this.#failure, this.#failure.goReason);
  }
}

function describe(failure: ExecFailure, reason: string): string {
  const { template, line, column, executing, at } = failure;
  return `template: ${template}:${line}:${column}: executing ${quote(executing)} at <${at}>: ${reason}`;
}
