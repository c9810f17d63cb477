import {
  applyDocument,
  applyValue,
  isManifestObject,
  type ManifestObject,
  type ManifestValue,
  type TemplateTarget,
} from '@eso/template';
import type { Fuel } from '@eso/runtime';
import { ByteCount, tooLarge } from '../bounds/check-growth.ts';
import { shapeLimits } from '../bounds/limits.ts';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import type { RenderingOptions } from './render-secret.ts';
import { MetadataBuilder } from './metadata-builder.ts';
import { StepRenderer } from './step-renderer.ts';
import { templateProblem } from './template-problem.ts';
import type { RenderedManifest, TemplateRequest } from '../shape/shape-request.ts';
import { targetOf, type TemplateStep, templateSteps } from './template-steps.ts';

/** What says which object it is: that is the ExternalSecret's to say, not its templates'. */
const IDENTITY: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Renders the templates of an object that is no Secret. What was fetched is not copied into it. Every template sees what was
 * fetched and nothing that another one made, and is rendered once.
 * @throws SyncError of the first text that fails; FuelSpent, with the field
 */
export function renderManifest(
  request: TemplateRequest,
  fetched: SecretData,
  options: RenderingOptions,
): RenderedManifest {
  const renderer = new StepRenderer({ ...options, fetched, delimiters: request.delimiters });
  const manifest = new ManifestBuilder(renderer, options.fuel);
  for (const step of templateSteps(request)) manifest.apply(step);
  return manifest.build();
}

class ManifestBuilder {
  readonly #renderer: StepRenderer;
  readonly #fuel: Fuel;
  readonly #object: ManifestObject = {};
  readonly #labels = new MetadataBuilder('label');
  readonly #annotations = new MetadataBuilder('annotation');
  readonly #bytes = new ByteCount('spec.target.template');

  constructor(renderer: StepRenderer, fuel: Fuel) {
    this.#renderer = renderer;
    this.#fuel = fuel;
  }

  /** Renders a text and lays its output over what is there. @throws SyncError; FuelSpent */
  apply(step: TemplateStep): void {
    const target = manifestTarget(step);
    const isStrings = target.kind !== 'path' && target.kind !== 'spec';
    if (step.scope === 'Values') this.#set(target, step, step.key, this.#renderer.renderValue(step));
    else if (isStrings)
      for (const [key, value] of this.#renderer.renderPairs(step)) this.#set(target, step, key, value);
    else this.#setDocument(target, step);
  }

  build(): RenderedManifest {
    if (sizeOf(this.#object) > shapeLimits.dataBytes)
      throw tooLarge(`an object of more than ${shapeLimits.dataBytes} bytes`, 'spec.target.template');
    const [labels, annotations] = [this.#labels.toRecord(), this.#annotations.toRecord()];
    return { kind: 'manifest', object: this.#object, labels, annotations };
  }

  #set(target: TemplateTarget, step: TemplateStep, key: string, value: Uint8Array): void {
    this.#bytes.add(key, value);
    if (target.kind === 'labels' || target.kind === 'annotations') {
      const { field, prefix, scope } = step;
      const metadata = target.kind === 'labels' ? this.#labels : this.#annotations;
      metadata.set(key, { value: Buffer.from(value).toString(), field, prefix, written: scope === 'Values' });
    } else {
      this.#fitting(step, () => applyValue(this.#object, target, { key, text: value, fuel: this.#fuel }));
    }
  }

  #setDocument(target: TemplateTarget, step: TemplateStep): void {
    const text = this.#renderer.render(step);
    this.#bytes.add(step.key, text);
    this.#fitting(step, () => applyDocument(this.#object, target, { key: step.key, text, fuel: this.#fuel }));
  }

  #fitting({ field, prefix }: TemplateStep, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw templateProblem(error, { field, prefix, fuel: this.#fuel });
    }
  }
}

/** @throws SyncError TEMPLATE_INVALID for what no template may set */
function manifestTarget(step: TemplateStep): TemplateTarget {
  const parsed = targetOf(step);
  const [first] = parsed.kind === 'path' ? parsed.path : [];
  if (first?.kind !== 'key' || !IDENTITY.has(first.key)) return parsed;
  throw new SyncError({
    code: 'TEMPLATE_INVALID',
    field: step.targetField,
    what: `${step.prefix}${first.key} of the target is not for templates to set`,
    nextStep: 'Use target Labels or Annotations for these, and spec.target for name and kind.',
  });
}

/** Bytes of an object as JSON, without quotes that have to be escaped. Aliases of YAML can make much out of little. */
function sizeOf(value: ManifestValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 3;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item) + 1, 2);
  if (!isManifestObject(value)) return 5;
  return Object.entries(value).reduce((sum, [key, item]) => sum + Buffer.byteLength(key) + 4 + sizeOf(item), 2);
}
