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
