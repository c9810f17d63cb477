import type { ExternalSecret } from '@eso/api/resources';
import { type Informer, type KubeClient, objectKey, parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { creationRule, deletionRule, manifestKind, type Problem, refreshTimeMs } from '@eso/sync';
import type { InformerPool } from '../../informer-pool.ts';
import type { SyncEvents } from '../sync-events.ts';
import type { PreparedTemplate, SourceState, TemplateDelimiters, TemplateRequests } from '../template-requests.ts';
import { SourceReader } from './read-sources.ts';
import { RenderPace } from './render-pace.ts';
import {
  isAnySourceChanged,
  type RenderedFrom,
  renderedFrom,
  versionsNow,
  type WatchedSource,
} from './rendered-from.ts';
import { boundedSourcesOf, MAX_SOURCES, sourceIndexKey, type SourceKind, templateSourcesOf } from './source-refs.ts';
import { type SourcePlace, SourceWatches } from './source-watches.ts';

/** What templates are read with, and who is told of changes. */
export interface TemplateSourcesOptions {
  readonly client: Pick<KubeClient, 'get'>;
  readonly pool: Pick<InformerPool, 'acquire'>;
  /** Has the index `templateSource` ({@link sourceIndexKeys}). */
  readonly externalSecrets: Informer<ExternalSecret>;
  /** Puts an ExternalSecret on the queue: one of its sources changed. */
  readonly changed: (es: ExternalSecret) => void;
  /** The same where it is only known now what its sources are. */
  readonly appeared: (es: ExternalSecret) => void;
  readonly events: Pick<SyncEvents, 'sourcesUnwatched'>;
  /** Where actions of a template begin and end. */
  readonly delimiters: TemplateDelimiters;
  /** Ends what goes on by itself. */
  readonly lifetime: AbortSignal;
  readonly clock: Clock;
}

/** An ExternalSecret whose template reads something. */
interface Reader {
  /** Kinds of which it reads objects. */
  kinds: readonly SourceKind[];
  readonly pace: RenderPace;
  /** What this process rendered it from last, and of which spec. */
  rendered?: { readonly from: RenderedFrom | undefined; readonly generation: number | undefined };
  /** What was last said about a watch of its sources. */
  told?: string;
}

/** How often it is looked whether something that is read is not watched any more, in milliseconds. */
const CHECK_MS = 30_000;

/** What the templates of ExternalSecrets read: their texts just now, and whether they changed since a target was rendered. */
export class TemplateSources implements TemplateRequests {
  readonly #options: TemplateSourcesOptions;
  readonly #reader: SourceReader;
  readonly #watches: SourceWatches;
  readonly #readers = new Map<string, Reader>();

  constructor(options: TemplateSourcesOptions) {
    this.#options = options;
    this.#reader = new SourceReader(options.client);
    this.#watches = new SourceWatches(options.pool, {
      changed: (place, name) => this.#changed(place, name),
      listed: (place) => this.#listed(place),
    });
    options.externalSecrets.addHandler({
      add: (es) => this.#follow(es),
      update: ({ metadata: before }, after) => {
        if (before.uid !== after.metadata.uid) this.#forget(after);
        if (before.uid !== after.metadata.uid || before.generation !== after.metadata.generation) this.#follow(after);
      },
      delete: (es) => this.#forget(es),
    });
    this.#checkLater();
  }

  async requestFor(
    es: ExternalSecret,
    signal: AbortSignal,
  ): Promise<PreparedTemplate | { readonly problem: Problem } | undefined> {
    const template = es.spec.target?.template;
    const manifest = manifestKind(es);
    if ((!template && !manifest) || creationRule(es).existing === 'ignore') return undefined;
    const sources = templateSourcesOf(es);
    this.#readers.get(objectKey(es.metadata))?.pace.spend();
    const reading = await this.#reader.read(es, sources, signal);
    if (reading.kind === 'problem') return { problem: reading.problem };
    return {
      request: {
        target: manifest ? 'manifest' : 'secret',
        template: template ?? { engineVersion: 'v2', mergePolicy: 'Replace' },
        texts: reading.texts,
        delimiters: this.#options.delimiters,
        rendersEmpty: deletionRule(es).nothingFetched === 'write',
      },
      versions: reading.versions,
    };
  }

  rendered(es: ExternalSecret, prepared: PreparedTemplate | undefined): void {
    const reader = this.#readers.get(objectKey(es.metadata));
    if (!reader) return;
    const from = prepared ? renderedFrom(prepared.versions) : versionsNow(this.#watched(es));
    reader.rendered = { from, generation: es.metadata.generation };
    this.#tellUnwatched(objectKey(es.metadata), reader);
  }

  stateOf(es: ExternalSecret): SourceState {
    const reader = this.#readers.get(objectKey(es.metadata));
    if (!reader) return { kind: 'unchanged' };
    const from = reader.rendered?.generation === es.metadata.generation ? reader.rendered?.from : undefined;
    if (!isAnySourceChanged(this.#watched(es), from, refreshTimeMs(es.status) ?? 0)) return { kind: 'unchanged' };
    return { kind: 'changed', waitMs: reader.pace.waitMs() };
  }

  /** As the spec is now. What it read before and does not any more is let go. */
  #follow(es: ExternalSecret): void {
    const key = objectKey(es.metadata);
    const sources = boundedSourcesOf(es);
    const { namespace = '' } = es.metadata;
    const kinds = sources.length > MAX_SOURCES ? [] : [...new Set(sources.map(({ kind }) => kind))];
    const reader = this.#readers.get(key) ?? { kinds: [], pace: new RenderPace(this.#options.clock) };
    const before = reader.kinds;
    reader.kinds = kinds;
    if (kinds.length === 0) this.#readers.delete(key);
    else this.#readers.set(key, reader);
    for (const kind of kinds) if (!before.includes(kind)) this.#watches.acquire({ kind, namespace });
    for (const kind of before) if (!kinds.includes(kind)) this.#watches.release({ kind, namespace });
  }

  #forget(es: ExternalSecret): void {
    const { namespace = '' } = es.metadata;
    const reader = this.#readers.get(objectKey(es.metadata));
    this.#readers.delete(objectKey(es.metadata));
    for (const kind of reader?.kinds ?? []) this.#watches.release({ kind, namespace });
  }

  #changed({ kind, namespace }: SourcePlace, name: string): void {
    const { externalSecrets, changed } = this.#options;
    for (const es of externalSecrets.store.byIndex('templateSource', sourceIndexKey(kind, namespace, name)))
      changed(es);
  }

  #listed({ kind, namespace }: SourcePlace): void {
    const { externalSecrets, appeared } = this.#options;
    for (const es of externalSecrets.store.list(namespace))
      if (this.#readers.get(objectKey(es.metadata))?.kinds.includes(kind)) appeared(es);
  }

  #watched(es: ExternalSecret): WatchedSource[] {
    const { namespace = '' } = es.metadata;
    return templateSourcesOf(es).map(({ kind, name }) => ({ name, view: this.#watches.view({ kind, namespace }) }));
  }

  #checkLater(): void {
    const { clock, lifetime } = this.#options;
    const stop = clock.schedule(CHECK_MS, () => {
      lifetime.removeEventListener('abort', stop);
      if (lifetime.aborted) return;
      for (const [key, reader] of this.#readers) if (reader.rendered) this.#tellUnwatched(key, reader);
      this.#checkLater();
    });
    lifetime.addEventListener('abort', stop, { once: true });
  }

  /** Says once that changes are not noticed, until the reason is another one. Whoever did not render it leaves that to who did. */
  #tellUnwatched(key: string, reader: Reader): void {
    const { namespace = '' } = parseKey(key);
    const problems = reader.kinds.map((kind) => this.#watches.problem({ kind, namespace }));
    const problem = problems.find((one) => one !== undefined && LASTING.has(one.code));
    if (problem?.publicMessage === reader.told) return;
    delete reader.told;
    const es = this.#options.externalSecrets.store.getByKey(key);
    if (!problem || !es) return;
    reader.told = problem.publicMessage;
    this.#options.events.sourcesUnwatched(es, problem);
  }
}

/** What does not pass by itself, and is no matter of the whole API server. */
const LASTING: ReadonlySet<string> = new Set(['FORBIDDEN', 'TOO_MANY_WATCHES']);
