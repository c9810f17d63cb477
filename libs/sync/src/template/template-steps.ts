import type { DecodingStrategy } from '@eso/api/resources';
import { parseTarget, TemplateError, type TemplateScope, type TemplateTarget } from '@eso/template';
import { sortedByBytes } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import type { TemplateRequest, TemplateText } from '../shape/shape-request.ts';

/** One text that is rendered, and where its output goes. */
export interface TemplateStep {
  /** Path of the text, such as `spec.target.template.data.url`. */
  readonly field: string;
  /** Entry that the output goes under in scope Values; names the text in errors in any case. Stands in the manifest. */
  readonly key: string;
  readonly text: string | Uint8Array;
  readonly scope: TemplateScope;
  /** As it is written: `Data`, `Labels`, `Annotations`, and for a manifest `spec` or a path. */
  readonly target: string;
  /** Path of the field that says the target; that of the text where the target is fixed. */
  readonly targetField: string;
  readonly decoding: DecodingStrategy;
  /** The text comes out of a Secret. */
  readonly confidential: boolean;
  /** Upstream's words in front of an error. */
  readonly prefix: string;
}

type TemplateFrom = NonNullable<TemplateRequest['template']['templateFrom']>[number];

const TEMPLATE = 'spec.target.template';
const FROM = 'could not apply template: error fetching templateFrom data: ';
const MANIFEST_FROM = 'could not apply template: ';
const OWN = 'could not apply template: could not execute template: ';

/**
 * Every text in the order in which they are laid over each other: templateFrom entries, `data`, labels, annotations. Keys come in
 * byte order, so that the same one of two errors is told each time.
 * @throws SyncError UNEXPECTED when the text of an item was not handed over
 */
export function* templateSteps({ target, template, texts: list }: TemplateRequest): Generator<TemplateStep> {
  // One may have as many items as a manifest has room for: none of them is searched for.
  const texts = new Map(list.map((text) => [textKey(text.entry, text.from, text.item), text]));
  for (const [index, entry] of (template.templateFrom ?? []).entries()) {
    const base = entryBase(entry, index, target);
    // In a manifest the literal comes first, as upstream has it.
    if (target === 'manifest') yield* literal(entry, base);
    yield* items(entry, index, 'configMap', { base, texts });
    yield* items(entry, index, 'secret', { base, texts });
    if (target === 'secret') yield* literal(entry, base);
  }
  const { metadata } = template;
  yield* ownTexts(template.data, `${TEMPLATE}.data`, 'Data');
  yield* ownTexts(metadata?.labels, `${TEMPLATE}.metadata.labels`, 'Labels');
  yield* ownTexts(metadata?.annotations, `${TEMPLATE}.metadata.annotations`, 'Annotations');
}

type EntryBase = Pick<TemplateStep, 'target' | 'targetField' | 'decoding' | 'prefix'> & { readonly field: string };

function entryBase(entry: TemplateFrom, index: number, target: TemplateRequest['target']): EntryBase {
  const field = `${TEMPLATE}.templateFrom[${index}]`;
  return {
    field,
    target: entry.target ?? 'Data',
    targetField: `${field}.target`,
    decoding: entry.valuesDecodingStrategy ?? 'None',
    prefix: target === 'secret' ? FROM : MANIFEST_FROM,
  };
}

function* literal(entry: TemplateFrom, base: EntryBase): Generator<TemplateStep> {
  if (entry.literal === undefined) return;
  const field = `${base.field}.literal`;
  yield { ...base, field, key: 'literal', text: entry.literal, scope: 'KeysAndValues', confidential: false };
}

function* items(
  entry: TemplateFrom,
  index: number,
  from: TemplateText['from'],
  { base, texts }: { readonly base: EntryBase; readonly texts: ReadonlyMap<string, TemplateText> },
): Generator<TemplateStep> {
  for (const [item, { key, templateAs = 'Values' }] of (entry[from]?.items ?? []).entries()) {
    const field = `${base.field}.${from}.items[${item}]`;
    const found = texts.get(textKey(index, from, item));
    if (!found)
      throw new SyncError({
        code: 'UNEXPECTED',
        field,
        what: `the text of this item was not read`,
        nextStep: 'Report this as a bug, with the log of core around this time.',
      });
    yield { ...base, field, key, text: found.text, scope: templateAs, confidential: from === 'secret' };
  }
}

const textKey = (entry: number, from: TemplateText['from'], item: number): string => `${entry}/${from}/${item}`;

function* ownTexts(
  texts: Readonly<Record<string, string>> | undefined,
  parent: string,
  target: 'Data' | 'Labels' | 'Annotations',
): Generator<TemplateStep> {
  for (const key of sortedByBytes(Object.keys(texts ?? {}))) {
    const field = fieldOfKey(parent, key);
    const text = texts?.[key] ?? '';
    yield {
      field,
      key,
      text,
      scope: 'Values',
      target,
      targetField: field,
      decoding: 'None',
      confidential: false,
      prefix: OWN,
    };
  }
}

/** Path of a key of a map: `data.url`, `labels["app.kubernetes.io/name"]`. */
function fieldOfKey(parent: string, key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? `${parent}.${key}` : `${parent}[${JSON.stringify(key)}]`;
}

/**
 * Where the output of a step goes.
 * @throws SyncError TEMPLATE_INVALID for what is neither a target by name nor a path
 */
export function targetOf({ target, targetField: field, prefix }: TemplateStep): TemplateTarget {
  try {
    return parseTarget(target);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new SyncError({
      code: 'TEMPLATE_INVALID',
      field,
      what: `${prefix}${error.publicMessage}`,
      nextStep: 'Use Data, Labels, Annotations, spec, or a path such as spec.rules[0].name.',
    });
  }
}
