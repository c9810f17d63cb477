import { parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { type Rate, TokenBucket } from './token-bucket.ts';

export interface ThrottleOptions {
  readonly clock: Clock;
  /** For each namespace. */
  readonly perNamespace: Rate;
  /** For all of them together. Default: no bound. */
  readonly total?: Rate;
  /** Called with the key that has its turn now; it keeps its turn until it uses it or is forgotten. */
  readonly onTurn: (key: string) => void;
}

/** Keys of one namespace that wait, in the order they came. */
interface Line {
  readonly bucket: TokenBucket;
  readonly waiting: Set<string>;
  /** Monotonic time of its last turn. */
  lastTurn: number;
}

/**
 * Says when a key may go: when its namespace has a token and there is one for all. Who has to wait stands in the line of its
 * namespace and is called. Of several lines the one goes first whose last turn is longest ago, so that a namespace that
 * wants one never stands behind what another one wants in hundreds.
 */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #total: TokenBucket | undefined;
  readonly #lines = new Map<string, Line>();
  /** Keys that were called and have not gone yet. */
  readonly #called = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#total = options.total && new TokenBucket(options.clock, options.total);
  }

  /** Keys that wait. */
  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  /** Whether `key` (`<namespace>/<name>`) may go now. If not, it stands in line from now on, or still. */
  admit(key: string): boolean {
    if (this.#called.delete(key)) return true;
    this.#line(key).waiting.add(key);
    this.#callAll(key);
    return this.#called.delete(key);
  }

  /** Whether `key` stands in line and has not been called. */
  isWaiting(key: string): boolean {
    return this.#lines.get(namespaceOf(key))?.waiting.has(key) ?? false;
  }

  /** About how long `key` has to wait yet, in milliseconds; 0 when it stands in no line. */
  waitMs(key: string): number {
    const line = this.#lines.get(namespaceOf(key));
    const before = [...(line?.waiting ?? [])].indexOf(key);
    if (!line || before < 0) return 0;
    return Math.max(line.bucket.msUntil(before + 1), this.#total?.msUntil(1) ?? 0);
  }

  /** Takes `key` out of its line; a turn that it has not used is somebody else's. */
  forget(key: string): void {
    const line = this.#lines.get(namespaceOf(key));
    const hadTurn = this.#called.delete(key);
    if (hadTurn) {
      line?.bucket.giveBack();
      this.#total?.giveBack();
    }
    if (line?.waiting.delete(key) || hadTurn) this.#callAll();
  }

  /** Calls nobody any more. */
  close(): void {
    this.#cancelTimer?.();
    this.#lines.clear();
    this.#called.clear();
  }

  #line(key: string): Line {
    const namespace = namespaceOf(key);
    const { clock, perNamespace } = this.#options;
    const line = this.#lines.get(namespace) ?? {
      bucket: new TokenBucket(clock, perNamespace),
      waiting: new Set(),
      lastTurn: Number.NEGATIVE_INFINITY,
    };
    this.#lines.set(namespace, line);
    return line;
  }

  /** Calls everybody whose turn it is. @param asking is not told: its caller looks itself */
  #callAll(asking?: string): void {
    for (let line = this.#next(); line; line = this.#next()) {
      const [key] = line.waiting;
      if (key === undefined) break;
      line.waiting.delete(key);
      line.bucket.take();
      line.lastTurn = this.#options.clock.monotonic();
      this.#total?.take();
      this.#called.add(key);
      if (key !== asking) this.#options.onTurn(key);
    }
    this.#dropIdleLines();
    this.#setTimer();
  }

  /** The line whose turn it is; undefined when nobody may go now. */
  #next(): Line | undefined {
    if (this.#total && this.#total.msUntil(1) > 0) return undefined;
    let next: Line | undefined;
    for (const line of this.#lines.values()) {
      if (line.waiting.size === 0 || line.bucket.msUntil(1) > 0) continue;
      if (!next || line.lastTurn < next.lastTurn) next = line;
    }
    return next;
  }

  /** A namespace that has its whole burst and wants nothing is as one that was never seen. */
  #dropIdleLines(): void {
    for (const [namespace, { waiting, bucket }] of this.#lines)
      if (waiting.size === 0 && bucket.isFull) this.#lines.delete(namespace);
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const waits = [...this.#lines.values()].flatMap(({ waiting, bucket }) =>
      waiting.size > 0 ? [bucket.msUntil(1)] : [],
    );
    if (waits.length === 0) return;
    const ms = Math.max(Math.min(...waits), this.#total?.msUntil(1) ?? 0, 1);
    this.#cancelTimer = this.#options.clock.schedule(ms, () => this.#callAll());
  }
}

function namespaceOf(key: string): string {
  return parseKey(key).namespace ?? '';
}
