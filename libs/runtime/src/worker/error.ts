import { CodedError } from '../coded-error.ts';

/** What became of a job that has no result, for programs. */
export type WorkerErrorCode =
  /** Thrown when the job took longer than it may. */
  | 'TIMEOUT'
  /** Thrown when the job took more memory than it may. */
  | 'MEMORY'
  /** Thrown when too many jobs of this tenant wait already, or it has used its share. */
  | 'BUSY'
  /** Thrown when the worker could not be started, ended by itself, or the task threw. */
  | 'FAILED'
  /** Thrown when the pool was closed. */
  | 'CLOSED';

/** Codes after which the same job may succeed by itself: it was not the job that failed. */
const RETRYABLE: ReadonlySet<WorkerErrorCode> = new Set(['BUSY', 'FAILED']);

/** Thrown when a job came to nothing. None of the texts holds anything of what the job was about. */
export class WorkerError extends CodedError<WorkerErrorCode> {
  override readonly name = 'WorkerError';
  /** Path of the field whose work was too long for this thread, where it is known. */
  readonly field: string | undefined;

  constructor(
    code: WorkerErrorCode,
    message: string,
    { cause, field }: { cause?: unknown; field?: string | undefined } = {},
  ) {
    super(code, message, { retryable: RETRYABLE.has(code), cause });
    this.field = field;
  }
}
