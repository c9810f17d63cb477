/** What runs work that may be long: fuel on this thread, then a worker that can be ended. */
export { Fuel, fuelFor, FuelSpent } from '../fuel.ts';
export { workerEntry } from './entry.ts';
export { WorkerError, type WorkerErrorCode } from './error.ts';
export { FairQueue, type FairQueueLimits } from './fair-queue.ts';
export { HeavyWork, type HeavyWorkOptions, type WorkOwner } from './heavy-work.ts';
export { WorkerPool, type WorkerPoolOptions } from './pool.ts';
export type { JobOptions, JobOutcome } from './running-job.ts';
export { serveTasks, type WorkerTask } from './task.ts';
