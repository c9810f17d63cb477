/** An error without its text. */
export interface FailureTrace {
  readonly type: string;
  /** System or library code, when it looks like one. */
  readonly code?: string;
  /** Where it was thrown. */
  readonly frames: readonly string[];
  readonly cause?: FailureTrace;
}

const MAX_FRAMES = 12;
const MAX_CAUSES = 3;

/**
 * Describes an unexpected error for the log by type, code and place. Its message is left out: a parser quotes its input
 * there and an SDK its request, which in a provider are secrets.
 */
export function failureTrace(thrown: unknown, depth = 0): FailureTrace {
  if (!(thrown instanceof Error)) return { type: typeof thrown, frames: [] };
  const code: unknown = (thrown as { code?: unknown }).code;
  return {
    type: typeOf(thrown),
    ...(typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? { code } : {}),
    frames: (thrown.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
      .slice(0, MAX_FRAMES)
      .map((line) => line.trim()),
    ...(thrown.cause !== undefined && depth < MAX_CAUSES ? { cause: failureTrace(thrown.cause, depth + 1) } : {}),
  };
}

/** The name that the error gives itself; of one that is plain "Error", that of its class. */
function typeOf(thrown: Error): string {
  return thrown.name === 'Error' ? thrown.constructor.name : thrown.name;
}
