import { type Clock, errorText, type Logger } from '@eso/runtime';
import { Backoff } from '../client/backoff.ts';
import type { KubeClient } from '../client/client.ts';
import type { SelectOptions, WatchEvent } from '../client/options.ts';
import { KubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../resource/index.ts';
import { Deadline } from './deadline.ts';
import type { InformerMetrics } from './metrics.ts';
import { afterFailure, isDoubtful, LIST_ALL, type Position } from './position.ts';

/** Everything there is, while it is being listed. */
export interface Snapshot<T> {
  add(objects: readonly T[]): void;
  /** Takes what was added as all there is, as of that version. */
  commit(resourceVersion: string): void;
}

/** What a reflector reports to. Its functions never throw. */
export interface ReflectorSink<T> {
  /** Begins to take everything there is, page by page; nothing changes until `commit`. */
  snapshot(): Snapshot<T>;
  /** Takes one change, and its version as the new position. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Takes a version up to which nothing else happened as the new position. */
  progress(resourceVersion: string): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  type: ResourceType<T>;
  /** How it is called in logs and metrics. */
  name: string;
  select: Omit<SelectOptions, 'signal'>;
  sink: ReflectorSink<T>;
  clock: Clock;
  logger: Logger;
  metrics: InformerMetrics;
  /** Objects per list page. */
  pageSize: number;
  /** A watch on which not even a bookmark came for this long is given up and everything is listed again, in milliseconds. */
  quietDeadlineMs: number;
}

/** `limit=0` asks for everything in one answer. */
const NO_LIMIT = 0;
/** A watch that ended in peace sooner than this, and without an event, was not served; in milliseconds. */
const SHORT_WATCH_MS = 1_000;
/** How far past its deadline a reflector is called unhealthy: a list after a quiet watch gets its chance first. */
const HEALTH_FACTOR = 1.25;

/**
 * Keeps a sink in step with the API server: lists, watches from there, and lists again when the watch cannot go on. No error
 * ends it; only its signal does.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff = new Backoff({ baseMs: 800, maxMs: 30_000 });
  #position: Position = LIST_ALL;
  #doubts = 0;
  #heardAt: number;
  #lastError: string | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#heardAt = options.clock.monotonic();
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    this.#heardAt = this.#options.clock.monotonic();
    while (!signal.aborted) {
      try {
        if (this.#position.kind === 'list') await this.#list(this.#position.paged, signal);
        else await this.#watch(this.#position.resourceVersion, signal);
      } catch (error) {
        await this.#failed(error, signal);
      }
    }
  }

  /** The reason when nothing was heard of the API server for longer than the deadline allows. */
  health(): string | undefined {
    const { clock, quietDeadlineMs, name } = this.#options;
    const quietMs = clock.monotonic() - this.#heardAt;
    if (quietMs <= quietDeadlineMs * HEALTH_FACTOR) return undefined;
    const why = this.#lastError === undefined ? '' : `; last error: ${this.#lastError}`;
    return `nothing heard about ${name} for ${Math.round(quietMs / 1_000)} s${why}`;
  }

  async #list(paged: boolean, signal: AbortSignal): Promise<void> {
    const { client, type, name, select, sink, pageSize, metrics } = this.#options;
    metrics.lists.inc({ resource: name });
    const snapshot = sink.snapshot();
    let resourceVersion = '';
    for await (const page of client.pages(type, { ...select, limit: paged ? pageSize : NO_LIMIT, signal })) {
      snapshot.add(page.items);
      resourceVersion = page.resourceVersion;
      this.#heard();
    }
    snapshot.commit(resourceVersion);
    this.#doubts = 0;
    this.#position = { kind: 'watch', resourceVersion };
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, type, name, select, clock, metrics, quietDeadlineMs } = this.#options;
    metrics.watches.inc({ resource: name });
    const startedAt = clock.monotonic();
    const quiet = new Deadline(clock, quietDeadlineMs, signal);
    // Random, so that the watches of many clients do not end together.
    const timeoutSeconds = 300 + Math.floor(Math.random() * 300);
    const options = { ...select, resourceVersion, timeoutSeconds, allowBookmarks: true, signal: quiet.signal };
    let events = 0;
    try {
      for await (const event of client.watch(type, options)) {
        quiet.extend();
        events += 1;
        this.#take(event);
      }
    } catch (error) {
      if (!quiet.passed) throw error;
      this.#wentQuiet();
      return;
    } finally {
      quiet.end();
    }
    if (events === 0 && clock.monotonic() - startedAt < SHORT_WATCH_MS) {
      throw new KubeError('UNREACHABLE', 'the API server ended the watch at once');
    }
  }

  #take(event: WatchEvent<T>): void {
    this.#heard();
    this.#backoff.reset();
    this.#doubts = 0;
    const { sink } = this.#options;
    const { resourceVersion } = event.object.metadata;
    if (event.type !== 'BOOKMARK') sink.apply(event.type, event.object);
    else if (resourceVersion !== undefined) sink.progress(resourceVersion);
    if (resourceVersion !== undefined) this.#position = { kind: 'watch', resourceVersion };
  }

  /** A server that takes watches but sends nothing looks well from outside: only a list shows what was missed. */
  #wentQuiet(): void {
    const { name, quietDeadlineMs, metrics, logger } = this.#options;
    metrics.quietWatches.inc({ resource: name });
    logger.warn({ resource: name, quietDeadlineMs }, 'a watch went quiet: listing again');
    this.#position = LIST_ALL;
  }

  async #failed(thrown: unknown, signal: AbortSignal): Promise<void> {
    // Whatever is thrown because we stop is no failure.
    if (signal.aborted) return;
    const { clock, logger, metrics, name } = this.#options;
    const error = KubeError.from(thrown);
    const doing = this.#position.kind;
    this.#position = afterFailure(this.#position, error, this.#doubts);
    this.#doubts = isDoubtful(error) ? this.#doubts + 1 : 0;
    this.#lastError = error.publicMessage;
    const waitMs = this.#backoff.next(error.retryAfterMs);
    metrics.errors.inc({ resource: name, code: error.code });
    const fields = { resource: name, next: this.#position.kind, code: error.code, waitMs: Math.round(waitMs) };
    logger.debug(fields, `${doing} failed: ${errorText(error)}`);
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
    this.#lastError = undefined;
  }
}
