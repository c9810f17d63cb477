/** What waits, ends in time, starts again and is shared: each once. */
export { abortable, onAbort } from './abort.ts';
export { Backoff, backoffMs, type BackoffPolicy, type NextDelay } from './backoff.ts';
export { BoundedCache, type BoundedCacheOptions, type EvictionReason, type TimeToLive } from './bounded-cache.ts';
export { Deadline, type DeadlineOptions, DeadlinePassed, withDeadline, within } from './deadline.ts';
export { LoadingCache, type LoadingCacheOptions, type LoadOptions } from './loading-cache.ts';
export { Permits } from './permits.ts';
export { type FlightState, SingleFlight, type SingleFlightOptions } from './single-flight.ts';
