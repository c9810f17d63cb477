/** Templates, as far as the models' objects have them: `{{ .key }}` in a text, and documents of lines `key: "value"`. */
import type { Template, Texts } from './objects.ts';

/** The text under a key of a ConfigMap or Secret in the ExternalSecret's namespace. */
export type ReadText = (kind: 'configMap' | 'secret', name: string, key: string) => string | undefined;

/** What a template gives, over the fetched values. Data is in base64. */
export interface RenderedTemplate {
  readonly data: Texts;
  readonly labels: Texts;
  readonly annotations: Texts;
}

/**
 * templateFrom in order, then data, labels and annotations.
 * @throws Error for a key that is missing, and for what this renderer does not know
 */
export function rendered(template: Template, values: Texts, read: ReadText): RenderedTemplate {
  const parts: Record<'data' | 'labels' | 'annotations', Record<string, string>> = {
    data: {},
    labels: {},
    annotations: {},
  };
  for (const entry of template.templateFrom ?? []) {
    const target = (entry.target ?? 'Data').toLowerCase() as keyof typeof parts;
    for (const kind of ['configMap', 'secret'] as const) {
      const from = entry[kind];
      for (const { key, templateAs = 'Values' } of from?.items ?? []) {
        const text = from && read(kind, from.name, key);
        if (text === undefined) throw new Error(`no key ${key} in ${kind} ${from?.name ?? ''}`);
        Object.assign(
          parts[target],
          templateAs === 'Values' ? { [key]: fill(text, values) } : documentOf(fill(text, values)),
        );
      }
    }
    if (entry.literal !== undefined) Object.assign(parts[target], documentOf(fill(entry.literal, values)));
  }
  const all = (texts: Texts | undefined): Record<string, string> =>
    Object.fromEntries(Object.entries(texts ?? {}).map(([key, text]) => [key, fill(text, values)]));
  Object.assign(parts.data, all(template.data));
  const { labels, annotations } = template.metadata ?? {};
  return {
    data: Object.fromEntries(
      Object.entries(parts.data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
    labels: { ...parts.labels, ...all(labels) },
    annotations: { ...parts.annotations, ...all(annotations) },
  };
}

function fill(text: string, values: Texts): string {
  const filled = text.replaceAll(/\{\{ \.(\w+) \}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`map has no entry for key ${key}`);
    return Buffer.from(value, 'base64').toString();
  });
  if (filled.includes('{{')) throw new Error(`this renderer does not know ${text}`);
  return filled;
}

function documentOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, key = '', value = '""'] = /^([-._\w/]+): (".*")$/.exec(line) ?? [];
      if (key === '') throw new Error(`this renderer does not know the line ${line}`);
      return [key, JSON.parse(value) as string];
    }),
  );
}
