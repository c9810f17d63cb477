/** The control loop for one kind of object: work queue with priorities, workers, leader election, events. It knows no kind of ours. */
export { Controller, type ControllerOptions } from './controller.ts';
export { ControllerError, type ControllerErrorCode } from './error.ts';
export type { EventSubject } from './event-record.ts';
export { type EventApi, EventRecorder, type EventRecorderOptions } from './event-recorder.ts';
export { isInterrupted } from './interrupted.ts';
export { LeaderElector, type LeaderElectorOptions } from './leader-elector.ts';
export {
  checkLeaderElectionFlags,
  LEADER_ELECTION_FLAGS,
  type LeaderElectionFlags,
  type LeadOptions,
  whileLeading,
} from './leader-election-flags.ts';
export type { LeaseApi } from './lease-lock.ts';
export type { LeaseDurations } from './lease-durations.ts';
export { Priority } from './priority-levels.ts';
export type { Reconcile, ReconcileContext, ReconcileResult, RequeuePolicy } from './reconcile.ts';
export {
  type AddOptions,
  type RateLimitedOptions,
  type WorkItem,
  WorkQueue,
  type WorkQueueOptions,
} from './work-queue.ts';
