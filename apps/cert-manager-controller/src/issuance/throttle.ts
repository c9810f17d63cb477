import { parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { type Rate, TokenBucket } from './token-bucket.ts';

/** The rates of a {@link Throttle}, and whom it notifies. */
export interface ThrottleOptions {
  readonly clock: Clock;
  /** For each namespace. */
  readonly perNamespace: Rate;
  /** For all of them together. Default: no bound. */
  readonly total?: Rate;
  /** Called with the key that is admitted; it stays so until it goes or is forgotten. */
  readonly onAdmitted: (key: string) => void;
}

/** Keys of one namespace that wait, in the order they came. */
interface NamespaceQueue {
  readonly bucket: TokenBucket;
  readonly waiting: Set<string>;
  /** Monotonic time of its last admission, in milliseconds. */
  lastAdmission: number;
}

/**
 * Says when a key may go: when its namespace has a token and there is one for all. Who has to wait stands in the queue of its
 * namespace and is admitted later. Of several queues the one goes first whose last admission is longest ago, so that a namespace that
 * wants one never stands behind what another one wants in hundreds.
 */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #total: TokenBucket | undefined;
  readonly #queues = new Map<string, NamespaceQueue>();
  /** Keys that were admitted and have not gone yet. */
  readonly #admitted = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#total = options.total && new TokenBucket(options.clock, options.total);
  }

  /** Keys that wait. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  /** Whether `key` (`<namespace>/<name>`) may go now. If not, it is queued from now on, or still. */
  admit(key: string): boolean {
    if (this.#admitted.delete(key)) return true;
    this.#queueOf(key).waiting.add(key);
    this.#admitReady(key);
    return this.#admitted.delete(key);
  }

  /** Whether `key` is queued and has not been admitted. */
  isWaiting(key: string): boolean {
    return this.#queues.get(namespaceOf(key))?.waiting.has(key) ?? false;
  }

  /** About how long `key` has to wait yet, in milliseconds; 0 when it is not queued. */
  waitMs(key: string): number {
    const queue = this.#queues.get(namespaceOf(key));
    const before = [...(queue?.waiting ?? [])].indexOf(key);
    if (!queue || before < 0) return 0;
    return Math.max(queue.bucket.msUntil(before + 1), this.#total?.msUntil(1) ?? 0);
  }

  /** Takes `key` out of its queue; an admission that it has not used goes to another. */
  forget(key: string): void {
    const queue = this.#queues.get(namespaceOf(key));
    const wasAdmitted = this.#admitted.delete(key);
    if (wasAdmitted) {
      queue?.bucket.refund();
      this.#total?.refund();
    }
    if (queue?.waiting.delete(key) || wasAdmitted) this.#admitReady();
  }

  /** Calls nobody any more. */
  close(): void {
    this.#cancelTimer?.();
    this.#queues.clear();
    this.#admitted.clear();
  }

  #queueOf(key: string): NamespaceQueue {
    const namespace = namespaceOf(key);
    const { clock, perNamespace } = this.#options;
    const queue = this.#queues.get(namespace) ?? {
      bucket: new TokenBucket(clock, perNamespace),
      waiting: new Set(),
      lastAdmission: Number.NEGATIVE_INFINITY,
    };
    this.#queues.set(namespace, queue);
    return queue;
  }

  /** Admits every key whose turn it is. @param asking is not notified: its caller looks itself */
  #admitReady(asking?: string): void {
    for (let queue = this.#next(); queue; queue = this.#next()) {
      const [key] = queue.waiting;
      if (key === undefined) break;
      queue.waiting.delete(key);
      queue.bucket.take();
      queue.lastAdmission = this.#options.clock.monotonic();
      this.#total?.take();
      this.#admitted.add(key);
      if (key !== asking) this.#options.onAdmitted(key);
    }
    this.#dropIdleQueues();
    this.#setTimer();
  }

  /** The queue that is served next; undefined when nobody may go now. */
  #next(): NamespaceQueue | undefined {
    if (this.#total && this.#total.msUntil(1) > 0) return undefined;
    let next: NamespaceQueue | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.waiting.size === 0 || queue.bucket.msUntil(1) > 0) continue;
      if (!next || queue.lastAdmission < next.lastAdmission) next = queue;
    }
    return next;
  }

  /** A namespace that has its whole burst and wants nothing is as one that was never seen. */
  #dropIdleQueues(): void {
    for (const [namespace, { waiting, bucket }] of this.#queues)
      if (waiting.size === 0 && bucket.isFull) this.#queues.delete(namespace);
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const waits = [...this.#queues.values()].flatMap(({ waiting, bucket }) =>
      waiting.size > 0 ? [bucket.msUntil(1)] : [],
    );
    if (waits.length === 0) return;
    const ms = Math.max(Math.min(...waits), this.#total?.msUntil(1) ?? 0, 1);
    this.#cancelTimer = this.#options.clock.schedule(ms, () => this.#admitReady());
  }
}

function namespaceOf(key: string): string {
  return parseKey(key).namespace ?? '';
}
