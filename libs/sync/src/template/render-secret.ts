import type { Fuel } from '@eso/runtime';
import { ByteCount, checkKeyCount } from '../bounds/check-growth.ts';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { MetadataBuilder } from './metadata-builder.ts';
import { StepRenderer } from './step-renderer.ts';
import type { RenderedSecret, TemplateRequest } from '../shape/shape-request.ts';
import { targetOf, type TemplateStep, templateSteps } from './template-steps.ts';

/** What a rendering may cost, and what time it is. */
export interface RenderingOptions {
  readonly fuel: Fuel;
  /** What `now` gives, milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Renders the templates of a Secret over what was fetched: `template.data` over templateFrom over what was fetched, where
 * mergePolicy keeps that. Every template sees what was fetched and nothing that another one made.
 * @throws SyncError of the first text that fails; FuelSpent, with the field
 */
export function renderSecret(request: TemplateRequest, fetched: SecretData, options: RenderingOptions): RenderedSecret {
  const renderer = new StepRenderer({ ...options, fetched, delimiters: request.delimiters });
  const secret = new SecretBuilder(keepsFetched(request) ? fetched : new Map());
  for (const step of templateSteps(request)) {
    const pairs =
      step.scope === 'Values' ? [[step.key, renderer.renderValue(step)] as const] : renderer.renderPairs(step);
    const target = secretTarget(step);
    for (const [key, value] of pairs) secret.set(target, { key, value, step });
  }
  return secret.build();
}

/** What was fetched stays below what templates make, or alone where there are none. */
function keepsFetched({ template }: TemplateRequest): boolean {
  const hasNone = Object.keys(template.data ?? {}).length === 0 && (template.templateFrom ?? []).length === 0;
  return template.mergePolicy === 'Merge' || hasNone;
}

type SecretTarget = 'data' | 'labels' | 'annotations';

/** @throws SyncError TEMPLATE_INVALID for a target that a Secret does not have */
function secretTarget(step: TemplateStep): SecretTarget {
  const { kind } = targetOf(step);
  if (kind === 'data' || kind === 'labels' || kind === 'annotations') return kind;
  throw new SyncError({
    code: 'TEMPLATE_INVALID',
    field: step.targetField,
    what: `${step.prefix}a Secret has no target of this name`,
    nextStep: 'Use Data, Labels or Annotations.',
  });
}

/** One rendered value, and the text that made it. */
interface RenderedValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly step: TemplateStep;
}

/** Lays values over each other, within bounds. */
class SecretBuilder {
  readonly #data: Map<string, Uint8Array>;
  readonly #labels = new MetadataBuilder('label');
  readonly #annotations = new MetadataBuilder('annotation');
  readonly #bytes = new ByteCount('spec.target.template');

  constructor(kept: SecretData) {
    this.#data = new Map(kept);
  }

  /** @throws SyncError DATA_TOO_LARGE, or that of metadata */
  set(target: SecretTarget, { key, value, step }: RenderedValue): void {
    this.#bytes.add(key, value);
    if (target === 'data') {
      this.#data.set(key, value);
      checkKeyCount(this.#data.size, step.field);
      return;
    }
    const { field, prefix, scope } = step;
    const metadata = target === 'labels' ? this.#labels : this.#annotations;
    metadata.set(key, { value: Buffer.from(value).toString(), field, prefix, written: scope === 'Values' });
  }

  build(): RenderedSecret {
    const [labels, annotations] = [this.#labels.toRecord(), this.#annotations.toRecord()];
    return { kind: 'secret', data: this.#data, labels, annotations };
  }
}
