import { type Clock, systemClock } from '@eso/runtime';

/** For whom is waited, and how long. */
export interface UntilAllOptions {
  readonly names: readonly string[];
  /** Asked again and again for those that were not yet so. */
  readonly isDone: (name: string) => boolean;
  /** Done before each further look. Default: nothing. */
  readonly beforeLook?: () => Promise<void>;
  /** What they are waited for to be, such as `Ready`. */
  readonly what: string;
  /** Longest time without one more of them, in milliseconds. Default two minutes. */
  readonly stallMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

const LOOK_MS = 100;
const STALL_MS = 120_000;
/** How many are named that never came. */
const NAMED = 10;

/** Resolves when all are done. @throws Error that names those that are not, when no further one became so in time */
export async function untilAll(options: UntilAllOptions): Promise<void> {
  const { names, isDone, what, stallMs = STALL_MS, clock = systemClock } = options;
  let left = names.filter((name) => !isDone(name));
  let since = clock.monotonic();
  while (left.length > 0) {
    if (clock.monotonic() - since > stallMs) throw new Error(`${listed(left)} never became ${what}`);
    await clock.sleep(LOOK_MS);
    await options.beforeLook?.();
    const before = left.length;
    left = left.filter((name) => !isDone(name));
    if (left.length < before) since = clock.monotonic();
  }
}

/** The first of these names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
