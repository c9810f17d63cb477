import { CodedError } from '@eso/runtime';
import { ExecError } from './exec/exec-error.ts';
import { LimitError, type LimitKind } from './exec/limits.ts';
import { ParseError } from './parse/parse-error.ts';
import { decodeText } from './value/utf8.ts';

/**
 * What went wrong, for programs:
 * - `PARSE`: the text is no template
 * - `EXECUTE`: a template failed on its data, or a function in it did
 * - `LIMIT`: steps, memory, output or nesting ran over
 * - `TIMEOUT`: the rendering took too long, here or in its worker, or the caller gave up
 * - `TARGET`: a rendered text does not fit where it should go
 * - `INTERNAL`: a defect of this library
 */
export type TemplateErrorCode = 'PARSE' | 'EXECUTE' | 'LIMIT' | 'TIMEOUT' | 'TARGET' | 'INTERNAL';

/** What a {@link TemplateError} says: where, and in which words. */
export interface TemplateErrorDetails {
  readonly code: TemplateErrorCode;
  /** Name of the template. */
  readonly template: string;
  /** Counted from 1, 0 where no line is known. */
  readonly line?: number;
  /** Bytes before the place on its line, as Go counts. */
  readonly column?: number;
  /** Which limit it was, with code `LIMIT` or `TIMEOUT`; none where it was the engine's own. */
  readonly limit?: LimitKind | undefined;
  /** The text for logs, conditions and events. It never holds a value. */
  readonly publicMessage: string;
  /** Go's own text, which may hold values. Default: the public one. */
  readonly goMessage?: string;
  /** What was thrown below, which may hold values as well. */
  readonly cause?: unknown;
}

/**
 * Thrown when a template does not compile or render. The one error that this library throws. Its `message` is the public one, and whatever prints, serialises or logs the error shows
 * no more than that: what may hold values is no property of the error, but has to be asked for by name.
 */
export class TemplateError extends CodedError<TemplateErrorCode> {
  override readonly name = 'TemplateError';
  readonly template: string;
  readonly line: number;
  readonly column: number;
  /** Which limit it was, with code `LIMIT` or `TIMEOUT`; none where it was the engine's own. */
  readonly limit: LimitKind | undefined;
  readonly #details: TemplateErrorDetails;

  constructor(details: TemplateErrorDetails) {
    const { code, publicMessage } = details;
    // Templates are pure: the same input fails again. A worker that ran out of time may have had a busy machine.
    super(code, publicMessage, { retryable: code === 'TIMEOUT', publicMessage });
    this.template = details.template;
    this.line = details.line ?? 0;
    this.column = details.column ?? 0;
    this.limit = details.limit;
    this.#details = details;
  }

  /** Go's own text. It may hold values: for tests and for rendering on a user's machine only. */
  get goMessage(): string {
    return this.#details.goMessage ?? this.publicMessage;
  }

  /** What was thrown below. It may hold values: for debugging with data that are no secrets only. */
  get unsafeCause(): unknown {
    return this.#details.cause;
  }

  /**
   * Whatever was thrown while the named template was compiled or run.
   * @param options.confidential the template's text is not to be quoted either. Default false.
   */
  static override from(
    error: unknown,
    template = '',
    options: { readonly confidential?: boolean } = {},
  ): TemplateError {
    if (error instanceof TemplateError) return error;
    if (error instanceof ParseError) return fromParse(error, options);
    if (error instanceof ExecError) return fromExec(error, options);
    if (error instanceof LimitError) return fromLimit(error, template);
    if (error instanceof RangeError) return fromLimit(error, template);
    const goMessage = error instanceof Error ? error.message : String(error);
    const publicMessage = `template: ${template}: internal error`;
    return new TemplateError({ code: 'INTERNAL', template, goMessage, publicMessage, cause: error });
  }
}

interface Quoting {
  readonly confidential?: boolean;
}

function fromParse(error: ParseError, { confidential = false }: Quoting): TemplateError {
  const template = decodeText(error.template);
  const { line } = error;
  // Nothing was rendered yet: the text quotes the template at most, which its author wrote.
  const goMessage = decodeText(error.message);
  const publicMessage = confidential ? `template: ${template}:${line}: the text is no template` : goMessage;
  return new TemplateError({ code: 'PARSE', template, line, goMessage, publicMessage, cause: error });
}

function fromExec(error: ExecError, { confidential = false }: Quoting): TemplateError {
  const { line, column } = error.failure;
  const template = decodeText(error.failure.template);
  return new TemplateError({
    code: 'EXECUTE',
    template,
    line,
    column,
    goMessage: decodeText(error.goText),
    publicMessage: confidential
      ? `template: ${template}:${line}:${column}: the template fails on its data`
      : decodeText(error.message),
    cause: error,
  });
}

/** A RangeError is the engine's own limit: a stack or a string that would grow too large. */
function fromLimit(error: LimitError | RangeError, template: string): TemplateError {
  const what = error instanceof LimitError ? error.message : 'the template exceeds the limits of the engine';
  const code = error instanceof LimitError && error.kind === 'time' ? 'TIMEOUT' : 'LIMIT';
  const limit = error instanceof LimitError ? error.kind : undefined;
  return new TemplateError({ code, template, limit, publicMessage: `template: ${template}: ${what}`, cause: error });
}
