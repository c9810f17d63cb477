export type WorkerErrorCode =
  /** The job took longer than it may. */
  | 'TIMEOUT'
  /** The job took more memory than it may. */
  | 'MEMORY'
  /** Too many jobs of this tenant wait already. */
  | 'BUSY'
  /** The worker could not be started, ended by itself, or the task threw. */
  | 'FAILED'
  /** The pool was closed. */
  | 'CLOSED';

/** A job that came to nothing. None of the texts holds anything of what the job was about. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code: WorkerErrorCode;
  /** Path of the field whose work was too long for this thread, where it is known. */
  readonly field: string | undefined;

  constructor(
    code: WorkerErrorCode,
    message: string,
    { cause, field }: { cause?: unknown; field?: string | undefined } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.field = field;
  }
}
