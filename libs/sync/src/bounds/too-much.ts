import type {
  ExternalSecret,
  ExternalSecretDataFrom,
  ExternalSecretRewrite,
  ExternalSecretTemplate,
} from '@eso/api/resources';
import { regexpLimits } from '@eso/api/regexp';
import { SyncError } from '../error.ts';

/** What one ExternalSecret may ask for. Each entry of `data` and `dataFrom` is a call to a provider at every refresh. */
export const specLimits = {
  /** Entries of `data`. */
  data: 1_000,
  /** Entries of `dataFrom`. */
  dataFrom: 100,
  /** Operations in the rewrite of one entry. */
  rewrite: 100,
  /** Operations in all rewrites. */
  rewrites: 500,
  /** Keys in the priority list of one merge. */
  priority: 1_000,
  /** Length of the target of a regexp rewrite, characters. */
  replacement: 4_096,
  /** Length of a template of a transform, characters. */
  template: 16_384,
  /** Length of a property path, characters. */
  property: 8_192,
  /** Tags of one find. */
  tags: 100,
  /** Entries of `target.template.templateFrom`. */
  templateFrom: 100,
  /** Items of ConfigMaps and Secrets in all of these. */
  items: 1_000,
  /** Texts in `data`, `metadata.labels` or `metadata.annotations` of a template. */
  texts: 1_000,
  /** Finalizers of a template. */
  finalizers: 100,
  /** Windows of `syncWindows`. */
  windows: 32,
  /** Length of the schedule of a window, characters; one that lists every minute, hour, day and month has about 350. */
  schedule: 512,
} as const;

/**
 * The first thing of which the spec has too much; undefined when there is none. These are bounds for what is written by hand or
 * by a generator of manifests; what it leads to is bounded where it is done.
 */
export function tooMuch({ spec }: Pick<ExternalSecret, 'spec'>): SyncError | undefined {
  for (const { field, count, limit, what } of counts(spec)) {
    if (count > limit)
      return new SyncError({
        code: 'SPEC_TOO_LARGE',
        field,
        what: `${count} ${what}, more than ${limit}`,
        nextStep: 'Divide it among several ExternalSecrets, or shorten it.',
      });
  }
  return undefined;
}

interface Count {
  readonly field: string;
  readonly count: number;
  readonly limit: number;
  /** Follows the number: `entries`. */
  readonly what: string;
}

function* counts({ data = [], dataFrom = [], syncWindows, target }: ExternalSecret['spec']): Generator<Count> {
  yield { field: 'spec.data', count: data.length, limit: specLimits.data, what: 'entries' };
  yield { field: 'spec.dataFrom', count: dataFrom.length, limit: specLimits.dataFrom, what: 'entries' };
  const rewrites = dataFrom.reduce((sum, { rewrite }) => sum + (rewrite?.length ?? 0), 0);
  yield { field: 'spec.dataFrom', count: rewrites, limit: specLimits.rewrites, what: 'rewrite operations' };
  const windows = syncWindows?.windows ?? [];
  yield { field: 'spec.syncWindows.windows', count: windows.length, limit: specLimits.windows, what: 'windows' };
  for (const [index, { schedule }] of windows.entries())
    yield characters(`spec.syncWindows.windows[${index}].schedule`, schedule, specLimits.schedule);
  for (const [index, { remoteRef }] of data.entries())
    yield property(`spec.data[${index}].remoteRef.property`, remoteRef.property);
  for (const [index, entry] of dataFrom.entries()) yield* entryCounts(`spec.dataFrom[${index}]`, entry);
  if (target?.template) yield* templateCounts('spec.target.template', target.template);
}

function* templateCounts(parent: string, template: Partial<ExternalSecretTemplate>): Generator<Count> {
  const { data = {}, metadata: { labels = {}, annotations = {}, finalizers = [] } = {}, templateFrom = [] } = template;
  const field = `${parent}.templateFrom`;
  yield { field, count: templateFrom.length, limit: specLimits.templateFrom, what: 'entries' };
  const itemsOf = (ref: { readonly items: readonly unknown[] } | undefined): number => ref?.items.length ?? 0;
  const items = templateFrom.reduce((sum, { configMap, secret }) => sum + itemsOf(configMap) + itemsOf(secret), 0);
  yield { field, count: items, limit: specLimits.items, what: 'items' };
  const texts = { data, 'metadata.labels': labels, 'metadata.annotations': annotations };
  for (const [name, map] of Object.entries(texts))
    yield { field: `${parent}.${name}`, count: Object.keys(map).length, limit: specLimits.texts, what: 'templates' };
  const { length } = finalizers;
  yield { field: `${parent}.metadata.finalizers`, count: length, limit: specLimits.finalizers, what: 'finalizers' };
}

function* entryCounts(field: string, { extract, find, rewrite = [] }: ExternalSecretDataFrom): Generator<Count> {
  yield { field: `${field}.rewrite`, count: rewrite.length, limit: specLimits.rewrite, what: 'operations' };
  yield property(`${field}.extract.property`, extract?.property);
  const tags = Object.keys(find?.tags ?? {}).length;
  yield { field: `${field}.find.tags`, count: tags, limit: specLimits.tags, what: 'tags' };
  yield expression(`${field}.find.name.regexp`, find?.name?.regexp);
  for (const [index, operation] of rewrite.entries()) yield* operationCounts(`${field}.rewrite[${index}]`, operation);
}

function* operationCounts(field: string, { regexp, merge, transform }: ExternalSecretRewrite): Generator<Count> {
  yield expression(`${field}.regexp.source`, regexp?.source);
  yield characters(`${field}.regexp.target`, regexp?.target, specLimits.replacement);
  yield characters(`${field}.transform.template`, transform?.template, specLimits.template);
  const priority = merge?.priority?.length ?? 0;
  yield { field: `${field}.merge.priority`, count: priority, limit: specLimits.priority, what: 'keys' };
}

function expression(field: string, text: string | undefined): Count {
  return { field, count: Buffer.byteLength(text ?? ''), limit: regexpLimits.bytes, what: 'bytes' };
}

function property(field: string, text: string | undefined): Count {
  return characters(field, text, specLimits.property);
}

function characters(field: string, text: string | undefined, limit: number): Count {
  return { field, count: text?.length ?? 0, limit, what: 'characters' };
}
