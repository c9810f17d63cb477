import type { KubeError, KubeErrorCode } from '../error.ts';

/** What a reflector does next: list everything (in pages, or in one piece), or go on watching from a version. */
export type Position = { kind: 'list'; paged: boolean } | { kind: 'watch'; resourceVersion: string };

export const LIST_ALL: Position = { kind: 'list', paged: true };

/** Failures that say nothing about the version that is watched from, however often they come. */
const HARMLESS: ReadonlySet<KubeErrorCode> = new Set(['UNREACHABLE', 'TOO_MANY_REQUESTS', 'UNAUTHORIZED', 'ABORTED']);
/** Failures that may come from that version: a kube-apiserver answers one that it cannot read with status 500. */
const DOUBTFUL: ReadonlySet<KubeErrorCode> = new Set(['SERVER_ERROR', 'TIMEOUT', 'PROTOCOL']);
/** So many doubtful failures in a row, with no event between, and everything is listed again. */
const MAX_DOUBTS = 3;

/**
 * Where to go on after a failure.
 * @param doubts how many doubtful failures came in a row before this one
 */
export function afterFailure(position: Position, error: KubeError, doubts: number): Position {
  if (position.kind === 'list') {
    // A list that expired between its pages is read in one piece the next time, so that it cannot expire again.
    return { kind: 'list', paged: position.paged && error.code !== 'GONE' };
  }
  if (HARMLESS.has(error.code)) return position;
  return isDoubtful(error) && doubts + 1 < MAX_DOUBTS ? position : LIST_ALL;
}

export function isDoubtful(error: KubeError): boolean {
  return DOUBTFUL.has(error.code);
}
