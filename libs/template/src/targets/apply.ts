import type { Fuel } from '@eso/runtime';
import { TemplateError } from '../error.ts';
import { decodeText, fromBytes } from '../value/utf8.ts';
import { readDocument, readStringMap } from './documents.ts';
import type { ManifestObject, ManifestValue } from './json-value.ts';
import { fieldOf, isManifestObject, setField } from './json-value.ts';
import type { PathStep } from './path.ts';
import { changeAtPath, parsePath } from './path.ts';
import { targetError } from './target-error.ts';

/** How a template's text is understood. */
export type TemplateScope = 'Values' | 'KeysAndValues';

/** Reads a scope. Throws `TemplateError` with code `TARGET` and the reference's words. */
export function parseScope(scope: string): TemplateScope {
  if (scope === 'Values' || scope === 'KeysAndValues') return scope;
  throw targetError('', `unknown scope '${scope}': expected 'Values' or 'KeysAndValues'`);
}

/** Where rendered values go. */
export type TemplateTarget =
  | { readonly kind: 'data' | 'labels' | 'annotations' | 'spec' }
  | { readonly kind: 'path'; readonly text: string; readonly path: readonly PathStep[] };

/** Reads a target: `data`, `labels` and `annotations` in any case, `spec`, or a path. */
export function parseTarget(text: string): TemplateTarget {
  const lower = text.toLowerCase();
  if (lower === '' || lower === 'data') return { kind: 'data' };
  if (lower === 'labels' || lower === 'annotations' || lower === 'spec') return { kind: lower };
  return { kind: 'path', text, path: parsePath(text) };
}

function text(bytes: Uint8Array): string {
  return decodeText(fromBytes(bytes));
}

/** The map of the name inside the object, made where it is missing. */
function mapAt(object: ManifestObject, ...names: readonly string[]): ManifestObject {
  let current = object;
  for (const name of names) {
    const found = fieldOf(current, name);
    const next: ManifestObject = isManifestObject(found) ? found : {};
    if (next !== found) setField(current, name, next);
    current = next;
  }
  return current;
}

function stringsOf(object: ManifestObject, kind: 'data' | 'labels' | 'annotations'): ManifestObject {
  return kind === 'data' ? mapAt(object, 'data') : mapAt(object, 'metadata', kind);
}

function merged(leaf: ManifestValue | undefined, value: ManifestValue): ManifestValue {
  if (!isManifestObject(leaf) || !isManifestObject(value)) return value;
  const result: ManifestObject = {};
  for (const from of [leaf, value]) for (const [key, item] of Object.entries(from)) setField(result, key, item);
  return result;
}

/** A rendered text of an object, and what its reading may cost. */
export interface RenderedText {
  /** Names the template in errors, and the entry where it is one of scope `Values`. */
  readonly key: string;
  readonly text: Uint8Array;
  readonly fuel?: Fuel | undefined;
}

/** The value that stands in YAML, or, where it is none, the text itself: `a: b: c` is a text that people mean. */
function valueOrText({ key, text: rendered, fuel }: RenderedText): ManifestValue {
  try {
    return readDocument(key, rendered, fuel);
  } catch (error) {
    if (error instanceof TemplateError && error.code === 'TARGET') return text(rendered);
    throw error;
  }
}

/**
 * Puts one rendered entry of scope `Values` into an object: into its strings under the entry's key, into `spec` under the
 * key, or, read as YAML, in place of what stands at the path. Throws `TemplateError`; `FuelSpent`.
 */
export function applyValue(object: ManifestObject, target: TemplateTarget, rendered: RenderedText): void {
  const { key, fuel } = rendered;
  if (target.kind === 'path') changeAtPath(object, target, () => valueOrText(rendered), fuel);
  else if (target.kind === 'spec') setField(mapAt(object, 'spec'), key, text(rendered.text));
  else setField(stringsOf(object, target.kind), key, text(rendered.text));
}

/**
 * Puts a rendered document of scope `KeysAndValues` into an object: in place of `spec` or of what stands at the path, or its
 * pairs into the strings. Two maps at the end of a path of several steps are merged. Throws `TemplateError`; `FuelSpent`.
 */
export function applyDocument(object: ManifestObject, target: TemplateTarget, document: RenderedText): void {
  const { key, fuel } = document;
  if (target.kind === 'spec') setField(object, 'spec', readDocument(key, document.text, fuel));
  else if (target.kind === 'path') {
    const value = readDocument(key, document.text, fuel);
    changeAtPath(object, target, (leaf) => (target.path.length > 1 ? merged(leaf, value) : value), fuel);
  } else {
    const strings = stringsOf(object, target.kind);
    for (const [name, value] of readStringMap(key, document.text, fuel)) setField(strings, name, text(value));
  }
}
