import type { Clock } from '@eso/runtime';

/** The end of a call's budget, as a signal. */
export interface Deadline {
  /** Aborts at the deadline, or with the caller's own signal. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  remainingMs(): number;
  /** Whether it was the deadline that aborted the signal, not the caller. */
  isPast(): boolean;
  /** Lets go of the timer and of the caller's signal. */
  dispose(): void;
}

/** Why the signal of a {@link Deadline} aborted when nobody but the clock did it. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Starts the clock for a call. */
export function startDeadline(clock: Clock, ms: number, caller: AbortSignal): Deadline {
  const end = clock.monotonic() + ms;
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(caller.reason);
  const cancel = clock.schedule(ms, () => controller.abort(new DeadlinePassed('the deadline passed')));
  if (caller.aborted) onAbort();
  else caller.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, end - clock.monotonic()),
    isPast: () => controller.signal.reason instanceof DeadlinePassed,
    dispose: () => {
      cancel();
      caller.removeEventListener('abort', onAbort);
    },
  };
}
