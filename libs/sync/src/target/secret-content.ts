import { ANNOTATION_LAST_APPLIED, type ExternalSecret } from '@eso/api/resources';
import type { SecretData } from '../data/secret-data.ts';
import type { ShapedContent } from '../shape/shape-request.ts';
import { type StringMap, without } from './metadata.ts';

/** What an ExternalSecret puts into its Secret. */
export interface SecretContent {
  /** Whether the sources gave nothing, whatever a template would make of that. */
  readonly nothingFetched: boolean;
  readonly data: SecretData;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Undefined: the type is none of its business. */
  readonly type: string | undefined;
  /** Added where they are missing, never taken away. */
  readonly finalizers: readonly string[];
}

/**
 * The Secret of an ExternalSecret, as far as it alone says. Without a template it is what was fetched, with the labels and
 * annotations of the ExternalSecret; a template, even an empty one, says all of that itself. kubectl's copy of the manifest is never
 * copied: it describes the ExternalSecret, and `kubectl apply` on the Secret would take it for the Secret's own.
 */
export function secretContent({ metadata, spec }: ExternalSecret, { fetched, rendered }: ShapedContent): SecretContent {
  const nothingFetched = fetched.size === 0;
  const template = spec.target?.template;
  if (!template) {
    const annotations = without(metadata.annotations, [ANNOTATION_LAST_APPLIED]);
    const labels = metadata.labels ?? {};
    return { nothingFetched, data: fetched, labels, annotations, type: undefined, finalizers: [] };
  }
  const { data, labels, annotations } = rendered?.kind === 'secret' ? rendered : NOTHING_RENDERED;
  const type = template.type === '' ? undefined : template.type;
  return { nothingFetched, data, labels, annotations, type, finalizers: template.metadata?.finalizers ?? [] };
}

const NOTHING_RENDERED = { data: new Map<string, Uint8Array>(), labels: {}, annotations: {} };
