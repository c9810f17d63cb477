import { ProviderError } from '../../contract/index.ts';

/** Longest path that is read, in bytes. */
export const MAX_PATH_BYTES = 8 * 1024;

/** Deepest nesting of path steps, pipes and visited values. */
export const MAX_DEPTH = 400;

/** Bytes that one lookup may look at or write: sixteen passes over the largest document, well under a second. */
export const MAX_WORK = 64 * 1024 * 1024;

/**
 * Keeps one lookup from hanging the process. A path comes from a tenant, and a short one can ask for very much work
 * (`@tostr|@tostr|…` doubles its text each time, `@dig` looks at each level anew), so every pass over a text is charged
 * before it is made.
 */
export class Budget {
  #work = 0;
  #depth = 0;

  /**
   * Charges a pass over `bytes` bytes.
   * @throws ProviderError LIMIT_EXCEEDED when the lookup has used up its share.
   */
  charge(bytes: number): void {
    this.#work += bytes;
    if (this.#work > MAX_WORK) throw limitExceeded('asks for too much work on this document');
  }

  /**
   * Runs `step` one level deeper.
   * @throws ProviderError LIMIT_EXCEEDED when that is too deep.
   */
  deeper<T>(step: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw limitExceeded(`is nested deeper than ${MAX_DEPTH} levels`);
    try {
      return step();
    } finally {
      this.#depth--;
    }
  }
}

/** The error for a property path that goes past a limit of ours. */
export function limitExceeded(problem: string): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', `the property path ${problem}`, {
    field: 'remoteRef.property',
    nextStep: 'use a shorter path that names the value directly',
  });
}
