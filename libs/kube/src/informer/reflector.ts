import { Backoff, type Clock, Deadline, errorText, type Logger, type Permits } from '@eso/runtime';
import type { KubeClient } from '../client/client.ts';
import type { OversizedObject, SelectOptions, WatchEvent } from '../client/options.ts';
import { isKubeError, KubeError } from '../error.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../resource/index.ts';
import type { InformerMetrics } from './metrics.ts';
import { isDialFailure, LIST_ALL, type Position, positionAfterFailure } from './position.ts';
import { ConsecutiveFailures } from './consecutive-failures.ts';

/** Everything there is, while it is being listed. */
export interface Snapshot<T> {
  add(object: T): void;
  /** Takes out what was deleted since it was added. */
  remove(object: T): void;
  /** Takes what was added as all there is, as of that version. */
  commit(resourceVersion: string): void;
}

/** What a reflector reports to. Its functions never throw. */
export interface ReflectorSink<T> {
  /** Begins to take everything there is, object by object; nothing changes until `commit`. */
  snapshot(): Snapshot<T>;
  /** Takes one change, and its version as the new position. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** Drops an object that is too large to be taken, if it has an older state of it. */
  dropOversized(ref: ObjectRef): void;
  /** Takes a version up to which nothing else happened as the new position. */
  bookmark(resourceVersion: string): void;
}

/** What a {@link Reflector} follows, and how long it waits in silence. */
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
  /** Whom a list waits for. */
  permits: Permits;
  /** Objects per page at most, where lists come in pages. */
  pageSize: number;
  /** A watch on which not even a bookmark came for this long is given up and everything is listed again, in milliseconds. */
  quietDeadlineMs: number;
}

/** A list or watch that does not succeed at present. */
export interface ReflectorFailure {
  readonly verb: 'list' | 'watch';
  /** The last one. */
  readonly error: KubeError;
}

/** A list that says nothing for this long is given up, in milliseconds. */
const LIST_PAUSE_MS = 30_000;
/** A watch that ended in peace sooner than this, and without an event, was not served; in milliseconds. */
const SHORT_WATCH_MS = 1_000;
/** A watch that has been open for this long works, whether there was an event or not; in milliseconds. */
const ESTABLISHED_MS = 5_000;
/** How far past its deadline a reflector is called unhealthy: a list after a quiet watch gets its chance first. */
const HEALTH_FACTOR = 1.25;
/** Bytes per page of a list; twice as many each time that one expired before its end, so that it needs fewer pages. */
const PAGE_BYTES = 8 * 1024 * 1024;
const MAX_EXPIRED_LISTS = 6;
/** KEP-3157: marks the bookmark at which a watch that began with everything there is has sent all of it. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** The list at the beginning of a watch that was asked for everything there is. */
interface InitialList<T> {
  readonly snapshot: Snapshot<T>;
  /** Called once it is taken. */
  readonly done: () => void;
}

/**
 * Keeps a sink in step with the API server: lists, watches from there, and lists again when the watch cannot go on. No error
 * ends it; only its signal does.
 *
 * A list is the beginning of a watch (KEP-3157), where objects come one by one. It comes in pages from an API server that does not know
 * that, and while watches fail: then everything is listed again and again, at the pace of the backoff, so that the sink still follows.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff = new Backoff({ firstMs: 800, maxMs: 30_000, jitter: 1 });
  readonly #failures: Readonly<Record<'list' | 'watch', ConsecutiveFailures>>;
  #position: Position = LIST_ALL;
  #phase: 'list' | 'watch' = 'list';
  /** Whether the API server may know how to begin a watch with a list. */
  #supportsWatchList = true;
  /** Watches in a row that came to nothing. */
  #failedWatches = 0;
  /** Lists in a row that expired before their end. */
  #expiredLists = 0;
  #lastActivityAt: number;

  constructor(options: ReflectorOptions<T>) {
    const { clock, logger, name, select } = options;
    this.#options = options;
    this.#lastActivityAt = clock.monotonic();
    const where = select.namespace === undefined ? name : `${name} in namespace ${select.namespace}`;
    this.#failures = {
      list: new ConsecutiveFailures({ what: `listing ${where}`, verb: 'list', clock, logger }),
      watch: new ConsecutiveFailures({ what: `watching ${where}`, verb: 'watch', clock, logger }),
    };
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    this.#lastActivityAt = this.#options.clock.monotonic();
    while (!signal.aborted) {
      try {
        if (this.#position.kind === 'list') await this.#list(signal);
        else await this.#watch(this.#position.resourceVersion, signal);
      } catch (error) {
        await this.#backOff(error, signal);
      }
    }
  }

  /** The reason when lists or watches fail, or when nothing was heard for longer than the deadline allows. */
  health(): string | undefined {
    const failing = this.#failures.list.reason() ?? this.#failures.watch.reason();
    if (failing !== undefined) return failing;
    const { clock, quietDeadlineMs, name } = this.#options;
    const quietMs = clock.monotonic() - this.#lastActivityAt;
    if (quietMs <= quietDeadlineMs * HEALTH_FACTOR) return undefined;
    return `nothing heard about ${name} for ${Math.round(quietMs / 1_000)} s`;
  }

  /** The namespace that is followed; undefined: all of them. */
  get namespace(): string | undefined {
    return this.#options.select.namespace;
  }

  /** What lists and watches last failed with, where they have not succeeded since. */
  failures(): readonly ReflectorFailure[] {
    return (['list', 'watch'] as const).flatMap((verb) => {
      const error = this.#failures[verb].last;
      return error ? [{ verb, error }] : [];
    });
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { permits, name, sink, metrics } = this.#options;
    const done = await permits.acquire(signal);
    try {
      metrics.lists.inc({ resource: name });
      if (this.#supportsWatchList && this.#failedWatches === 0) {
        try {
          await this.#watch('', signal, { snapshot: sink.snapshot(), done });
          return;
        } catch (error) {
          // So says an API server that has never heard of it, or where it is switched off.
          if (!isKubeError(error, 'INVALID', 'BAD_REQUEST')) throw error;
          this.#supportsWatchList = false;
        }
      }
      await this.#listPages(sink.snapshot(), signal);
    } finally {
      done();
    }
  }

  async #listPages(snapshot: Snapshot<T>, signal: AbortSignal): Promise<void> {
    const { client, type, select, pageSize } = this.#options;
    this.#phase = 'list';
    const scale = 2 ** this.#expiredLists;
    const options = { ...select, limit: pageSize * scale, pageBytes: PAGE_BYTES * scale, signal };
    let resourceVersion = '';
    for await (const item of client.items(type, options)) {
      this.#recordActivity();
      if (item.kind === 'object') snapshot.add(item.object);
      else if (item.kind === 'oversized') this.#reportOversized(item);
      else ({ resourceVersion } = item);
    }
    this.#commitList(snapshot, resourceVersion);
  }

  async #watch(resourceVersion: string, signal: AbortSignal, initial?: InitialList<T>): Promise<void> {
    const { client, type, name, select, clock, metrics, quietDeadlineMs } = this.#options;
    this.#phase = 'watch';
    metrics.watches.inc({ resource: name });
    const startedAt = clock.monotonic();
    const ms = initial ? Math.min(LIST_PAUSE_MS, quietDeadlineMs) : quietDeadlineMs;
    const quiet = new Deadline({ clock, ms, signal });
    // Random, so that the watches of many clients do not end together.
    const timeoutSeconds = 300 + Math.floor(Math.random() * 300);
    let cancelSteady = (): void => undefined;
    const onOpen = (): void => {
      cancelSteady = clock.schedule(ESTABLISHED_MS, () => this.#watchHolds());
    };
    const common = { ...select, resourceVersion, timeoutSeconds, allowBookmarks: true, signal: quiet.signal, onOpen };
    let list = initial;
    let events = 0;
    try {
      for await (const event of client.watch(type, { ...common, ...(initial && { sendInitialEvents: true }) })) {
        events += 1;
        if (list && this.#handleInitialEvent(event, list)) list = undefined;
        else if (!list) this.#handleEvent(event);
        forgetObject(event);
        quiet.extend(list ? undefined : quietDeadlineMs);
      }
    } catch (error) {
      if (!quiet.passed) throw error;
      if (list) throw new KubeError('TIMEOUT', `the API server sent nothing for ${LIST_PAUSE_MS} ms while it listed`);
      this.#giveUpQuietWatch();
      return;
    } finally {
      quiet.end();
      cancelSteady();
    }
    if (list) throw new KubeError('UNREACHABLE', 'the API server ended the watch before it had listed everything');
    if (events === 0 && clock.monotonic() - startedAt < SHORT_WATCH_MS) {
      throw new KubeError('UNREACHABLE', 'the API server ended the watch at once');
    }
  }

  /** Takes an event of a list at the beginning of a watch; true when it is the last one. */
  #handleInitialEvent(event: WatchEvent<T>, { snapshot, done }: InitialList<T>): boolean {
    this.#recordActivity();
    if (event.type === 'OVERSIZED') this.#reportOversized(event);
    else if (event.type === 'DELETED') snapshot.remove(event.object);
    else if (event.type !== 'BOOKMARK') snapshot.add(event.object);
    else if (event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
      this.#commitList(snapshot, event.object.metadata.resourceVersion ?? '');
      done();
      return true;
    }
    return false;
  }

  #handleEvent(event: WatchEvent<T>): void {
    this.#recordActivity();
    this.#watchHolds();
    const { sink } = this.#options;
    if (event.type === 'OVERSIZED') {
      this.#reportOversized(event);
      if (event.ref) sink.dropOversized(event.ref);
      return;
    }
    const { resourceVersion } = event.object.metadata;
    if (event.type !== 'BOOKMARK') sink.apply(event.type, event.object);
    else if (resourceVersion !== undefined) sink.bookmark(resourceVersion);
    if (resourceVersion !== undefined) this.#position = { kind: 'watch', resourceVersion };
  }

  #commitList(snapshot: Snapshot<T>, resourceVersion: string): void {
    snapshot.commit(resourceVersion);
    this.#expiredLists = 0;
    this.#failures.list.recovered();
    this.#position = { kind: 'watch', resourceVersion };
  }

  /** An object that is too large is as good as absent, in lists and watches alike. */
  #reportOversized({ bytes, ref }: OversizedObject): void {
    const { name, metrics, logger } = this.#options;
    metrics.oversized.inc({ resource: name });
    logger.warn({ resource: name, bytes, ...ref }, 'an object is too large to be looked at: it is treated as absent');
  }

  /** A server that takes watches but sends nothing looks well from outside: only a list shows what was missed. */
  #giveUpQuietWatch(): void {
    const { name, quietDeadlineMs, metrics, logger } = this.#options;
    metrics.quietWatches.inc({ resource: name });
    logger.warn({ resource: name, quietDeadlineMs }, 'a watch went quiet: listing again');
    this.#failedWatches += 1;
    this.#position = LIST_ALL;
  }

  async #backOff(thrown: unknown, signal: AbortSignal): Promise<void> {
    // Whatever is thrown because we stop is no failure.
    if (signal.aborted) return;
    const { clock, logger, metrics, name } = this.#options;
    const error = KubeError.from(thrown);
    // A version that is too old says nothing against watches, and a list mends it.
    const expired = error.code === 'GONE';
    if (this.#phase === 'list' && expired) this.#expiredLists = Math.min(this.#expiredLists + 1, MAX_EXPIRED_LISTS);
    if (this.#phase === 'watch' && !expired && !isDialFailure(error)) this.#failedWatches += 1;
    if (this.#phase === 'list' || !expired) this.#failures[this.#phase].record(error);
    this.#position = positionAfterFailure(this.#position, error, this.#failedWatches);
    const waitMs = this.#backoff.next(error.retryAfterMs === undefined ? {} : { atLeastMs: error.retryAfterMs });
    metrics.errors.inc({ resource: name, code: error.code });
    const fields = { resource: name, next: this.#position.kind, code: error.code, waitMs: Math.round(waitMs) };
    logger.debug(fields, `${this.#phase} failed: ${errorText(error)}`);
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }

  #watchHolds(): void {
    this.#backoff.reset();
    this.#failedWatches = 0;
    this.#failures.watch.recovered();
  }

  #recordActivity(): void {
    this.#lastActivityAt = this.#options.clock.monotonic();
  }
}

/** A generator that waits for the next event keeps the last one alive, for minutes where nothing happens, with all that a Secret holds. */
function forgetObject(event: object): void {
  if ('object' in event) event.object = undefined;
}
