import { ExecError } from './exec/exec-error.ts';
import { LimitError } from './exec/limits.ts';
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

export interface TemplateErrorDetails {
  readonly code: TemplateErrorCode;
  /** Name of the template. */
  readonly template: string;
  /** Counted from 1, 0 where no line is known. */
  readonly line?: number;
  /** Bytes before the place on its line, as Go counts. */
  readonly column?: number;
  /** Go's own text. It may hold values: for tests and rendering on a user's machine only. */
  readonly goMessage: string;
  /** The text for logs, conditions and events. It never holds a value. */
  readonly publicMessage: string;
  readonly cause?: unknown;
}

/** The one error that this library throws. Its `message` is the public one. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  readonly template: string;
  readonly line: number;
  readonly column: number;
  readonly goMessage: string;
  readonly publicMessage: string;
  /** Templates are pure: the same input fails again. A worker that ran out of time may have had a busy machine. */
  readonly retryable: boolean;

  constructor(details: TemplateErrorDetails) {
    super(details.publicMessage);
    this.name = 'TemplateError';
    this.code = details.code;
    this.template = details.template;
    this.line = details.line ?? 0;
    this.column = details.column ?? 0;
    this.goMessage = details.goMessage;
    this.publicMessage = details.publicMessage;
    this.retryable = details.code === 'TIMEOUT';
    // A cause may carry Go's text: it must not be printed along with the error.
    if (details.cause !== undefined) Object.defineProperty(this, 'cause', { value: details.cause, enumerable: false });
  }

  /** The caller gave up. */
  static aborted(template: string): TemplateError {
    const message = `template: ${template}: the rendering was aborted`;
    return new TemplateError({ code: 'TIMEOUT', template, goMessage: message, publicMessage: message });
  }

  /** A worker did not end in time. */
  static timedOut(template: string, milliseconds: number): TemplateError {
    const message = `template: ${template}: the rendering took more than ${milliseconds} ms`;
    return new TemplateError({ code: 'TIMEOUT', template, goMessage: message, publicMessage: message });
  }

  /** Whatever was thrown while the named template was compiled or run. */
  static from(error: unknown, template = ''): TemplateError {
    if (error instanceof TemplateError) return error;
    if (error instanceof ParseError) return fromParse(error);
    if (error instanceof ExecError) return fromExec(error);
    if (error instanceof LimitError) return fromLimit(error, template);
    if (error instanceof RangeError) return fromLimit(error, template);
    const goMessage = error instanceof Error ? error.message : String(error);
    const publicMessage = `template: ${template}: internal error`;
    return new TemplateError({ code: 'INTERNAL', template, goMessage, publicMessage, cause: error });
  }
}

function fromParse(error: ParseError): TemplateError {
  const goMessage = decodeText(error.message);
  const template = decodeText(error.template);
  return new TemplateError({
    code: 'PARSE',
    template,
    line: error.line,
    goMessage,
    publicMessage: goMessage,
    cause: error,
  });
}

function fromExec(error: ExecError): TemplateError {
  const { template, line, column } = error.failure;
  return new TemplateError({
    code: 'EXECUTE',
    template: decodeText(template),
    line,
    column,
    goMessage: decodeText(error.message),
    publicMessage: decodeText(error.publicText),
    cause: error,
  });
}

/** A RangeError is the engine's own limit: a stack or a string that would grow too large. */
function fromLimit(error: LimitError | RangeError, template: string): TemplateError {
  const what = error instanceof LimitError ? error.message : 'the template exceeds the limits of the engine';
  const message = `template: ${template}: ${what}`;
  const code = error instanceof LimitError && error.kind === 'time' ? 'TIMEOUT' : 'LIMIT';
  return new TemplateError({ code, template, goMessage: message, publicMessage: message, cause: error });
}
