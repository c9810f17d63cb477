import { type Fuel, FuelSpent } from '@eso/runtime';

/**
 * Longest time of one template on this thread, milliseconds: the last resort, where the fuel measures badly. It is the wall that has
 * this clock, and a machine that does much else may leave a thread alone for a tenth of a second.
 */
const LONGEST_ON_LOOP_MS = 500;

/** How long a template may take by the clock: in a worker, which can be killed, as long as it wants. */
export function timeFor(fuel: Fuel): number {
  return fuel.limit === Infinity ? Infinity : LONGEST_ON_LOOP_MS;
}

/** Ends the work on this thread; in a worker, where fuel has no end, it goes on. @throws FuelSpent */
export function leaveToWorker(fuel: Fuel): void {
  if (fuel.limit !== Infinity) throw new FuelSpent(fuel.limit);
}
