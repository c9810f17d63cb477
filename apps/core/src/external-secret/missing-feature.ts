import type { Feature } from '@eso/api/contract';
import type { Problem, Source } from '@eso/sync';
import type { StoreView } from '../store/store-view.ts';

/** A part of a source, in the words of the message, and the feature that it takes. */
interface Use {
  readonly feature: Feature;
  /** Path below the source's field; empty = the field itself. */
  readonly path: string;
  readonly what: string;
}

/**
 * The first thing a source asks for that its store said it cannot do. Nothing is ruled out for a store that tells no details:
 * its process answers for itself.
 */
export function missingFeature(
  source: Source,
  store: Pick<StoreView, 'kind' | 'name' | 'features'>,
): Problem | undefined {
  const { features } = store;
  const use = features && usesOf(source).find(({ feature }) => !features.includes(feature));
  if (!use) return undefined;
  return {
    code: 'UNSUPPORTED',
    field: use.path === '' ? source.field : `${source.field}.${use.path}`,
    publicMessage: `${store.kind} "${store.name}" does not offer ${use.what} (capability ${use.feature})`,
    nextStep: `Use another store for it, or what this one offers: ${features.join(', ') || 'nothing'}.`,
  };
}

function usesOf(source: Source): Use[] {
  switch (source.kind) {
    case 'data':
      return [{ feature: 'get', path: '', what: 'single values' }, ...metadataOf(source.ref, 'remoteRef.')];
    case 'extract':
      return [{ feature: 'map', path: '', what: 'all values of a secret at once' }, ...metadataOf(source.ref, '')];
    case 'find': {
      const { name, tags, path } = source.find;
      const uses: Use[] = [];
      if (name?.regexp !== undefined)
        uses.push({ feature: 'findByName', path: 'name', what: 'to find secrets by name' });
      if (Object.keys(tags ?? {}).length > 0)
        uses.push({ feature: 'findByTags', path: 'tags', what: 'to find secrets by tags' });
      if (path !== undefined && path !== '')
        uses.push({ feature: 'findByPath', path: 'path', what: 'to find secrets by path' });
      return uses;
    }
  }
}

function metadataOf({ metadataPolicy }: { readonly metadataPolicy?: string | undefined }, below: string): Use[] {
  if (metadataPolicy !== 'Fetch') return [];
  return [{ feature: 'metadata', path: `${below}metadataPolicy`, what: 'the metadata of secrets' }];
}
