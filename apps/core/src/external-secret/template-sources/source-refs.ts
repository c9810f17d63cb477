import type { ExternalSecret } from '@eso/api/resources';
import { configMaps, type ResourceType, secrets } from '@eso/kube';
import { creationRule, type TemplateText, tooMuch } from '@eso/sync';

/** What kind of object a text of a template stands in. */
export type SourceKind = TemplateText['from'];

/** One kind that templates are read from. */
export interface SourceKindInfo {
  readonly type: ResourceType;
  /** As upstream's messages call it. */
  readonly word: string;
  /** Of the informers, in logs and metrics. */
  readonly informer: string;
}

/** The kinds that `templateFrom` knows. */
export const sourceKinds: Readonly<Record<SourceKind, SourceKindInfo>> = {
  configMap: { type: configMaps, word: 'configmap', informer: 'template-configmaps' },
  secret: { type: secrets, word: 'secret', informer: 'template-secrets' },
};

/** One key that a template asks for. */
export interface SourceItem extends Pick<TemplateText, 'entry' | 'item' | 'key'> {
  /** Path of the item, such as `spec.target.template.templateFrom[0].configMap.items[1]`. */
  readonly field: string;
}

/** An object that a template reads, with all that it reads of it; always of the namespace of the ExternalSecret. */
export interface TemplateSource {
  readonly kind: SourceKind;
  readonly name: string;
  /** Path of the first reference to it, such as `spec.target.template.templateFrom[0].configMap`. */
  readonly field: string;
  readonly items: readonly SourceItem[];
}

/** Objects that one template may read. */
export const MAX_SOURCES = 100;

/**
 * What the template of an ExternalSecret reads, each object once, in the order in which they are named first. Nothing where its policy
 * leaves the target alone: nothing is rendered then.
 */
export function templateSourcesOf(es: Pick<ExternalSecret, 'spec'>): TemplateSource[] {
  const entries = es.spec.target?.template?.templateFrom;
  if (!entries || creationRule(es).existing === 'ignore') return [];
  const found = new Map<string, TemplateSource & { readonly items: SourceItem[] }>();
  for (const [entry, from] of entries.entries()) {
    for (const kind of ['configMap', 'secret'] as const) {
      const ref = from[kind];
      if (!ref) continue;
      const field = `spec.target.template.templateFrom[${entry}].${kind}`;
      const key = `${kind}/${ref.name}`;
      const source = found.get(key) ?? { kind, name: ref.name, field, items: [] };
      found.set(key, source);
      for (const [item, { key }] of ref.items.entries())
        source.items.push({ entry, item, key, field: `${field}.items[${item}]` });
    }
  }
  return [...found.values()];
}

/** The same; nothing of one that is too large to be rendered. */
export function boundedSourcesOf(es: Pick<ExternalSecret, 'spec'>): TemplateSource[] {
  // Nearly all read nothing, which is seen without counting all that they ask for.
  return !es.spec.target?.template?.templateFrom || tooMuch(es) ? [] : templateSourcesOf(es);
}

/** By what ExternalSecrets are found that read an object: `<kind>/<namespace>/<name>`. */
export function sourceIndexKey(kind: SourceKind, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** The same for all that {@link boundedSourcesOf} an ExternalSecret gives. */
export function sourceIndexKeys(es: ExternalSecret): string[] {
  return boundedSourcesOf(es).map(({ kind, name }) => sourceIndexKey(kind, es.metadata.namespace ?? '', name));
}
