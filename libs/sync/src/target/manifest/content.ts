/** What an ExternalSecret puts into a target that is no Secret. */
import { ANNOTATION_LAST_APPLIED, type ExternalSecret } from '@eso/api/resources';
import { type SecretData, sortedKeys } from '../../data/secret-data.ts';
import { SyncError } from '../../error.ts';
import type { DocumentValue, ShapedContent } from '../../shape/shape-request.ts';
import { type StringMap, without } from '../metadata.ts';

/** A manifest as far as its ExternalSecret alone says; everything else of the object is others'. */
export interface ManifestContent {
  /** Whether the sources gave nothing, whatever a template would make of that. */
  readonly nothingFetched: boolean;
  /** Fields besides `apiVersion`, `kind` and `metadata`, which core alone says. */
  readonly object: Readonly<Record<string, DocumentValue>>;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/**
 * The content of a manifest target. Without a template it is what was fetched, as texts: `data` of a ConfigMap, `spec.data` of any other
 * kind, with the labels and annotations of the ExternalSecret; a template, even an empty one, says all of that itself.
 * @throws SyncError VALUE_NOT_TEXT where what was fetched is no text
 */
export function manifestContent({ metadata, spec }: ExternalSecret, shaped: ShapedContent): ManifestContent {
  const { fetched, rendered } = shaped;
  const nothingFetched = fetched.size === 0;
  if (spec.target?.template) {
    const { object, labels, annotations } = rendered?.kind === 'manifest' ? rendered : NOTHING_RENDERED;
    return { nothingFetched, object, labels, annotations };
  }
  const data = textsOf(fetched);
  return {
    nothingFetched,
    object: spec.target?.manifest?.kind === 'ConfigMap' ? { data } : { spec: { data } },
    labels: metadata.labels ?? {},
    annotations: without(metadata.annotations, [ANNOTATION_LAST_APPLIED]),
  };
}

const NOTHING_RENDERED = { object: {}, labels: {}, annotations: {} };

function textsOf(fetched: SecretData): Record<string, string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts: [string, string][] = [];
  let binary = 0;
  for (const key of sortedKeys(fetched)) {
    try {
      texts.push([key, utf8.decode(fetched.get(key))]);
    } catch {
      binary++;
    }
  }
  // Not by assignment: a key may be called __proto__.
  if (binary === 0) return Object.fromEntries(texts);
  throw new SyncError({
    code: 'VALUE_NOT_TEXT',
    field: 'spec.target.manifest',
    what: `${binary} of ${fetched.size} values are not UTF-8, which is all that a manifest can hold`,
    nextStep: 'Select text only, or write the values with a template and b64enc.',
  });
}
