import type { KubeError, KubeErrorCode } from '../error.ts';
import { TransportFailure } from '../transport/failure.ts';

/** What a reflector does next: take everything there is, or go on watching from a version. */
export type Position = { kind: 'list' } | { kind: 'watch'; resourceVersion: string };

/** The position of a reflector that has nothing yet, or nothing to rely on. */
export const LIST_ALL: Position = { kind: 'list' };

/**
 * Failures that may have another cause than the version that is watched from: a broken connection, an API server that is busy or, since
 * it answers a version that it cannot read with status 500, one that is asked for too much.
 */
const AMBIGUOUS: ReadonlySet<KubeErrorCode> = new Set([
  'UNREACHABLE',
  'TOO_MANY_REQUESTS',
  'UNAUTHORIZED',
  'SERVER_ERROR',
  'TIMEOUT',
  'PROTOCOL',
]);
/** So many of them in a row, with no watch that held, and everything is listed again: lists may work where watches do not. */
const MAX_FAILED_WATCHES = 3;

/**
 * Where to go on after a failure.
 * @param failedWatches watches in a row that came to nothing, with this one
 */
export function positionAfterFailure(position: Position, error: KubeError, failedWatches: number): Position {
  if (position.kind === 'list' || isDialFailure(error)) return position;
  return AMBIGUOUS.has(error.code) && failedWatches < MAX_FAILED_WATCHES ? position : LIST_ALL;
}

/** Whether there was no connection to fail on: a list would fare no better. */
export function isDialFailure(error: KubeError): boolean {
  return error instanceof TransportFailure && error.stage === 'connect';
}
