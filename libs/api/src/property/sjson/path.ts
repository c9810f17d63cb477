import type { ByteText } from '../byte-text.ts';
import { limitExceeded, MAX_DEPTH } from '../gjson/budget.ts';

/** One step of a path to write to. */
export interface WriteStep {
  /** The key, or the number of an element, with backslashes resolved. */
  readonly key: ByteText;
  /** The same step in the language that values are read with. */
  readonly read: ByteText;
  /** Whether it is a key even if it looks like a number: it began with `:`. */
  readonly forced: boolean;
}

/**
 * The steps of a path, or undefined when it selects (`| # @ * ?`) rather than names.
 * @throws ProviderError LIMIT_EXCEEDED when there are too many
 */
export function parseWritePath(path: ByteText): readonly WriteStep[] | undefined {
  const steps: WriteStep[] = [];
  let rest: ByteText | undefined = path;
  while (rest !== undefined) {
    if (steps.length === MAX_DEPTH) throw limitExceeded(`is nested deeper than ${MAX_DEPTH} levels`);
    const parsed = parseStep(rest);
    if (!parsed) return undefined;
    steps.push(parsed.step);
    rest = parsed.rest;
  }
  return steps;
}

function parseStep(path: ByteText): { step: WriteStep; rest: ByteText | undefined } | undefined {
  const forced = path.startsWith(':');
  const key: string[] = [];
  const read: string[] = [];
  for (let i = forced ? 1 : 0; i < path.length; i++) {
    const c = path.charAt(i);
    if (c === '.') return { step: step(key, read, forced), rest: path.slice(i + 1) };
    if (c === '\\') {
      read.push(c);
      i++;
      if (i >= path.length) break;
    } else if ('|#@*?'.includes(c)) {
      return undefined;
    }
    key.push(path.charAt(i));
    read.push(path.charAt(i));
  }
  return { step: step(key, read, forced), rest: undefined };
}

function step(key: readonly string[], read: readonly string[], forced: boolean): WriteStep {
  return { key: key.join(''), read: read.join(''), forced };
}

/** Number of the element that a step names when it makes an array; undefined when it is a key. An empty step is element 0. */
export function elementNumber({ key, forced }: WriteStep): number | undefined {
  return !forced && /^[0-9]*$/.test(key) ? Number(key) : undefined;
}

/** Whether a step means "behind the last element". */
export function appends({ key, forced }: WriteStep): boolean {
  return !forced && key === '-1';
}
