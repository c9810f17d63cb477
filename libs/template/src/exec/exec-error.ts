import { quote } from '../strconv/quote.ts';

/** Where and why an execution stopped. */
export interface Failure {
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
  readonly reason: string;
  /** The same without any value. */
  readonly publicReason: string;
}

/** Thrown when an execution fails. The message is Go's, as a byte string. */
export class ExecError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(describe(failure, failure.reason), { cause });
    this.name = 'ExecError';
    this.failure = failure;
  }

  /** The message without any value that was rendered. */
  get publicText(): string {
    return describe(this.failure, this.failure.publicReason);
  }
}

function describe(failure: Failure, reason: string): string {
  const { template, line, column, executing, at } = failure;
  return `template: ${template}:${line}:${column}: executing ${quote(executing)} at <${at}>: ${reason}`;
}
