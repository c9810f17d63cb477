import type { Clock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';

/** What ends a rejection that is remembered. */
export interface RejectionMemoryOptions {
  readonly clock: Clock;
  /**
   * A text that changes when anything that the credentials were read from has changed. Absent: only time ends a rejection.
   * What it throws counts as no change.
   */
  readonly revision: (() => Promise<string>) | undefined;
  /** Time for which the first rejection stands, milliseconds. Default 1,000. */
  readonly firstMs?: number;
  /** Longest time, which doubling leads to, milliseconds. Default 60,000. */
  readonly maxMs?: number;
}

interface Rejection {
  readonly error: ProviderError;
  readonly delayMs: number;
  /** Instant of `clock.monotonic()` until which it stands. */
  readonly untilMs: number;
  /** Revision of the credentials that were rejected; undefined when it cannot be told. */
  readonly revision: Promise<string | undefined>;
}

/** The revision is asked for at most this often, milliseconds: it costs requests to the API server. */
const CHECK_MS = 500;

/**
 * Remembers that credentials were rejected, so that a thousand calls with them are a few attempts: backends lock accounts
 * and count logins. It stands for 1 s, then twice as long each time up to 1 min, and ends at once when the credentials change.
 */
export class RejectionMemory {
  readonly #clock: Clock;
  readonly #revision: (() => Promise<string>) | undefined;
  readonly #firstMs: number;
  readonly #maxMs: number;
  #rejection: Rejection | undefined;
  #check: { readonly atMs: number; readonly revision: Promise<string | undefined> } | undefined;

  constructor({ clock, revision, firstMs = 1_000, maxMs = 60_000 }: RejectionMemoryOptions) {
    this.#clock = clock;
    this.#revision = revision;
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** Whether there is anything to remember: a rejection that stands, or one whose successor would stand longer. */
  get isEmpty(): boolean {
    const known = this.#rejection;
    return !known || this.#clock.monotonic() >= known.untilMs + this.#maxMs;
  }

  /** Whether one stands, as far as time alone says. */
  get isStanding(): boolean {
    return this.#rejection !== undefined && this.#clock.monotonic() < this.#rejection.untilMs;
  }

  /** Notes a rejection. Several at the same time, of attempts that were under way together, count as one. */
  note(error: ProviderError): void {
    if (this.isStanding) return;
    const nowMs = this.#clock.monotonic();
    const known = this.isEmpty ? undefined : this.#rejection;
    const delayMs = known ? Math.min(2 * known.delayMs, this.#maxMs) : this.#firstMs;
    const revision = this.#readRevision();
    this.#check = { atMs: nowMs, revision };
    this.#rejection = { error, delayMs, untilMs: nowMs + delayMs, revision };
  }

  /** The rejection that stands now; undefined when another attempt is due. */
  async standing(): Promise<ProviderError | undefined> {
    const known = this.#rejection;
    if (!known || !this.isStanding) return undefined;
    const [before, now] = await Promise.all([known.revision, this.#currentRevision()]);
    if (before === undefined || now === undefined || before === now) return known.error;
    if (this.#rejection === known) this.clear();
    return undefined;
  }

  /** The credentials are good. */
  clear(): void {
    this.#rejection = undefined;
    this.#check = undefined;
  }

  #currentRevision(): Promise<string | undefined> {
    const nowMs = this.#clock.monotonic();
    if (!this.#check || nowMs - this.#check.atMs >= CHECK_MS)
      this.#check = { atMs: nowMs, revision: this.#readRevision() };
    return this.#check.revision;
  }

  async #readRevision(): Promise<string | undefined> {
    try {
      return await this.#revision?.();
    } catch {
      return undefined;
    }
  }
}

/** Whether `thrown` says that the backend does not take the credentials, or the login as configured: only a person can change it. */
export function isRejection(thrown: unknown): thrown is ProviderError {
  return thrown instanceof ProviderError && REJECTIONS.has(thrown.code);
}

const REJECTIONS: ReadonlySet<string> = new Set(['CREDENTIALS_REJECTED', 'ACCESS_DENIED', 'CONFIG_INVALID']);
