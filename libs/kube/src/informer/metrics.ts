import { type Counter, counterOf, type Gauge, gaugeOf, Registry } from '@eso/runtime';

/** What informers count, by resource (`secrets`, `providers.external-secrets.io`). */
export interface InformerMetrics {
  lists: Counter<'resource'>;
  watches: Counter<'resource'>;
  quietWatches: Counter<'resource'>;
  oversized: Counter<'resource'>;
  errors: Counter<'resource' | 'code'>;
  exceptions: Counter<'resource' | 'stage'>;
  objects: Gauge<'resource'>;
}

/** @param registry absent: counted where nobody looks */
export function informerMetrics(registry: Registry = new Registry()): InformerMetrics {
  const labelNames = ['resource'] as const;
  return {
    lists: counterOf(registry, { name: 'reflector_lists_total', help: 'Lists started.', labelNames }),
    watches: counterOf(registry, { name: 'reflector_watches_total', help: 'Watches started.', labelNames }),
    quietWatches: counterOf(registry, {
      name: 'reflector_quiet_watches_total',
      help: 'Watches given up because not even a bookmark came within the deadline.',
      labelNames,
    }),
    oversized: counterOf(registry, {
      name: 'reflector_oversized_objects_total',
      help: 'Objects that were too large to be looked at and are treated as absent.',
      labelNames,
    }),
    errors: counterOf(registry, {
      name: 'reflector_errors_total',
      help: 'Lists and watches that failed, by error code; each is tried again.',
      labelNames: ['resource', 'code'],
    }),
    exceptions: counterOf(registry, {
      name: 'informer_exceptions_total',
      help: 'Exceptions thrown by code that an informer called: transform, index, handler or progress.',
      labelNames: ['resource', 'stage'],
    }),
    objects: gaugeOf(registry, { name: 'informer_objects', help: 'Objects in the store.', labelNames }),
  };
}

/** How many informers count in a series; whoever is the last takes it away. */
const sharers = new WeakMap<Gauge<'resource'>, Map<string, number>>();

/** Objects of one informer, in a gauge where all informers of the same name add up. */
export class ObjectCount {
  readonly #gauge: Gauge<'resource'>;
  readonly #resource: string;
  #shown = 0;
  #ended = false;

  constructor(gauge: Gauge<'resource'>, resource: string) {
    this.#gauge = gauge;
    this.#resource = resource;
    const counts = sharers.get(gauge) ?? new Map<string, number>();
    sharers.set(gauge, counts.set(resource, (counts.get(resource) ?? 0) + 1));
  }

  /** Shows that the informer has so many; without effect after {@link end}. */
  show(size: number): void {
    if (this.#ended) return;
    this.#gauge.inc({ resource: this.#resource }, size - this.#shown);
    this.#shown = size;
  }

  /** The informer follows nothing any more: its objects do not count, and nobody's series goes. */
  end(): void {
    if (this.#ended) return;
    this.show(0);
    this.#ended = true;
    const counts = sharers.get(this.#gauge);
    const others = (counts?.get(this.#resource) ?? 1) - 1;
    if (others > 0) counts?.set(this.#resource, others);
    else {
      counts?.delete(this.#resource);
      this.#gauge.remove({ resource: this.#resource });
    }
  }
}
