import { ControllerError } from './error.ts';

/**
 * Whether a reconcile was told to end because its controller stops, and not because its time was over. What it throws then says nothing
 * about its object: whoever works next begins it anew.
 * @param signal that of the reconcile
 */
export function isInterrupted(signal: AbortSignal): boolean {
  const reason: unknown = signal.reason;
  return signal.aborted && !(reason instanceof ControllerError && reason.code === 'RECONCILE_TIMEOUT');
}
