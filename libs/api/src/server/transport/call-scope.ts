import { constants, type ServerHttp2Stream } from 'node:http2';
import { type ContextKey, type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import { type Clock, formatDuration } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ResponseSemaphore } from './response-semaphore.ts';

/** The stream of a call, and what ends it. */
export interface CallScopeOptions {
  readonly stream: ServerHttp2Stream;
  readonly clock: Clock;
  readonly answers: ResponseSemaphore;
  /** Time that the caller gives, milliseconds. */
  readonly callerMs: number | undefined;
  /** Longest the call may take whatever the caller says, milliseconds; undefined for a stream that lives on. */
  readonly limitMs: number | undefined;
}

/** Made once: an error costs more than the call that was given up. */
const GAVE_UP = new ProviderError('CANCELED', 'the caller gave up');
const scopeKey: ContextKey<CallScope | undefined> = createContextKey<CallScope | undefined>(undefined);

/**
 * The life of one call: from its headers until its stream is closed, which may be long after its handler is done, since the client has to
 * read the answer. It ends with the client, with the deadline of whoever has the shorter one, and aborts nothing when all went well.
 */
export class CallScope implements ContextValues {
  readonly #options: CallScopeOptions;
  readonly #controller = new AbortController();
  readonly #deadlineMs: number | undefined;
  readonly #cancelDeadline: () => void;
  readonly #onClose: (() => void)[] = [];
  #answered = false;

  constructor(options: CallScopeOptions) {
    this.#options = options;
    const { stream, clock, callerMs = Infinity, limitMs = Infinity } = options;
    const ms = Math.min(callerMs, limitMs);
    this.#deadlineMs = ms === Infinity ? undefined : clock.monotonic() + ms;
    this.#cancelDeadline = ms === Infinity ? () => undefined : clock.schedule(ms, () => this.#deadlineExceeded());
    stream.once('close', () => this.#close());
  }

  /** The scope of the call that a handler serves; undefined outside of a server of ours. */
  static of(context: Pick<HandlerContext, 'values'>): CallScope | undefined {
    return context.values.get(scopeKey);
  }

  /** Aborts when the client is gone or the time is over; its reason is a ProviderError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Instant of `clock.monotonic()` at which the call ends, milliseconds; undefined for a stream whose caller set none.
   */
  get deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  /** Milliseconds that are left. */
  timeoutMs(): number | undefined {
    return this.#deadlineMs === undefined ? undefined : this.#deadlineMs - this.#options.clock.monotonic();
  }

  /**
   * Waits for the turn of an answer of about so many bytes; its room is given back when the stream closes.
   * @returns undefined when there is room at once
   * @throws the signal's reason
   */
  acquireResponseBytes(bytes: number): Promise<void> | undefined {
    const release = this.#options.answers.acquire(bytes, this.signal);
    if (typeof release !== 'function') return release.then((later) => this.onClose(later));
    this.onClose(release);
    return undefined;
  }

  /** Runs `then` when the stream closes, or at once when it has. */
  onClose(then: () => void): void {
    if (this.#options.stream.closed) then();
    else this.#onClose.push(then);
  }

  /** The handler is done: the end of the stream aborts nothing any more. */
  answered(): void {
    this.#answered = true;
  }

  get<T>(key: ContextKey<T>): T {
    return (key.id === scopeKey.id ? this : key.defaultValue) as T;
  }

  set(): this {
    return this;
  }

  delete(): this {
    return this;
  }

  #deadlineExceeded(): void {
    const { stream, callerMs = Infinity, limitMs = Infinity } = this.#options;
    // The client does not read its answer: the room that it takes is for others.
    if (this.#answered) stream.close(constants.NGHTTP2_CANCEL);
    else
      this.#controller.abort(
        callerMs <= limitMs
          ? new ProviderError('TIMEOUT', "the call did not end within the caller's deadline")
          : new ProviderError('TIMEOUT', `the provider did not finish within its limit of ${formatDuration(limitMs)}`),
      );
  }

  #close(): void {
    this.#cancelDeadline();
    if (!this.#answered && !this.signal.aborted) this.#controller.abort(GAVE_UP);
    for (const then of this.#onClose) then();
  }
}
