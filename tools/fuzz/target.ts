/** A parser that is given arbitrary bytes, and what must hold of whatever it is given. */
export interface Target {
  /** Name of the target and of its folder in the corpus. */
  readonly name: string;
  /** Words of the format, which a mutation puts in whole. */
  readonly dictionary: readonly string[];
  /** Longest input, bytes. */
  readonly maxBytes: number;
  /**
   * Gives the bytes to the real parser.
   * @returns a word for what happened: inputs that end in a new word are worth keeping
   * @throws whatever the parser may not throw; {@link Broken} where a property does not hold
   */
  run(input: Uint8Array): string | Promise<string>;
}

/** Thrown when a property does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** @throws Broken unless `holds` */
export function must(holds: boolean, property: string): asserts holds {
  if (!holds) throw new Broken(property);
}

/** What a call came to: a value, or one of the errors that it may throw. */
export type Attempt<T> = { readonly value: T } | { readonly refused: Error };

/**
 * Calls `work`.
 * @param allowed classes of the errors that it may throw
 * @throws every other error
 */
export function attempt<T>(work: () => T, ...allowed: readonly ErrorClass[]): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { refused: allowedError(error, allowed) };
  }
}

/** {@link attempt} for a promise. */
export async function attemptAsync<T>(work: () => Promise<T>, ...allowed: readonly ErrorClass[]): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { refused: allowedError(error, allowed) };
  }
}

type ErrorClass = abstract new (...args: never) => Error;

function allowedError(error: unknown, allowed: readonly ErrorClass[]): Error {
  if (error instanceof Error && allowed.some((one) => error instanceof one)) return error;
  throw error;
}

/** A word for an attempt: `ok`, or the class and the code of the error. */
export function wordFor(attempted: Attempt<unknown>): string {
  if ('value' in attempted) return attempted.value === undefined ? 'nothing' : 'ok';
  const { name, code, kind } = attempted.refused as Error & { readonly code?: unknown; readonly kind?: unknown };
  const reason = [code, kind].find((one) => typeof one === 'string' || typeof one === 'number') ?? '';
  return `${name} ${reason}`.trim();
}

/** What stands for a secret value in inputs: no text that is shown may hold it. */
export const MARKER = 'S3cretMarker';

/** @throws Broken when a text that is shown holds {@link MARKER} */
export function mustNotShow(text: string): void {
  must(!text.toLowerCase().includes(MARKER.toLowerCase()), `a text that is shown holds a value: ${text}`);
}

/** The parts of an input that are divided by NUL, as many as asked for; the last takes the rest. */
export function partsOf(input: Uint8Array, count: number): Buffer[] {
  const parts: Buffer[] = [];
  let rest = Buffer.from(input);
  while (parts.length < count - 1) {
    const at = rest.indexOf(0);
    parts.push(at < 0 ? rest : rest.subarray(0, at));
    rest = at < 0 ? Buffer.alloc(0) : rest.subarray(at + 1);
  }
  return [...parts, rest];
}
