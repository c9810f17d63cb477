import { CodedError, errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type ControllerErrorCode =
  /** Thrown when the lease could not be renewed in time, or somebody else holds it. */
  | 'LEADERSHIP_LOST'
  /** Thrown when the work did not end after the leadership was lost: the process has to. */
  | 'LEADERSHIP_STUCK'
  /** Thrown when a controller is run that runs already. */
  | 'ALREADY_RUNNING'
  /** What a reconcile past its time is aborted with. */
  | 'RECONCILE_TIMEOUT'
  /** Something else was thrown. */
  | 'UNEXPECTED';

/** Thrown when a controller cannot run, or may not any longer. The only error class this library throws. */
export class ControllerError extends CodedError<ControllerErrorCode> {
  override readonly name = 'ControllerError';

  /** Wraps whatever was thrown; a ControllerError stays as it is. */
  static override from(thrown: unknown): ControllerError {
    if (thrown instanceof ControllerError) return thrown;
    return new ControllerError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
