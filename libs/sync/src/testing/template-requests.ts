import type { ExternalSecretTemplate } from '@eso/api/resources';
import type { SecretData } from '../data/secret-data.ts';
import type { TemplateRequest, TemplateText } from '../shape/shape-request.ts';

/** Values as a provider sends them; for tests. */
export function dataOf(values: Readonly<Record<string, string>>): SecretData {
  return new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));
}

/** Data as texts; for tests. */
export function textsOf(data: SecretData): Record<string, string> {
  return Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

/** A template as it stands in a manifest; ConfigMaps and Secrets that it reads, as `name.key` → text. For tests. */
export function requestOf(
  template: ExternalSecretTemplate,
  sources: Readonly<Record<string, string>> = {},
  options: Partial<TemplateRequest> = {},
): TemplateRequest {
  return {
    target: 'secret',
    template,
    texts: textsFor(template, sources),
    delimiters: { left: '{{', right: '}}' },
    rendersEmpty: false,
    ...options,
  };
}

function textsFor({ templateFrom = [] }: ExternalSecretTemplate, sources: Readonly<Record<string, string>>) {
  return templateFrom.flatMap((part, entry) =>
    (['configMap', 'secret'] as const).flatMap((from): TemplateText[] =>
      (part[from]?.items ?? []).map(({ key }, item) => ({
        field: `spec.target.template.templateFrom[${entry}].${from}.items[${item}]`,
        entry,
        from,
        item,
        key,
        text: Buffer.from(sources[`${part[from]?.name}.${key}`] ?? ''),
      })),
    ),
  );
}
