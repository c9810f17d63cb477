import { SyncError } from '../error.ts';

/** The error that a piece of work throws; for tests. */
export function syncErrorOf(work: () => unknown): SyncError {
  try {
    work();
  } catch (error) {
    return SyncError.from(error);
  }
  throw new Error('nothing was thrown');
}
