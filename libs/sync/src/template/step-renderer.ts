import { type Fuel, FuelSpent } from '@eso/runtime';
import { type Delimiters, type ExecuteOptions, readStringMap, renderKey, TemplateRoot } from '@eso/template';
import { takePass } from '../bounds/costs.ts';
import { decodeValue } from '../data/decode.ts';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { templateProblem } from './template-problem.ts';
import { leaveToWorker, timeFor } from './on-loop.ts';
import type { TemplateStep } from './template-steps.ts';

/** What all templates of one object share. */
export interface StepRendererOptions {
  /** What they see: a map of texts. */
  readonly fetched: SecretData;
  readonly fuel: Fuel;
  readonly delimiters: Delimiters;
  /** What `now` gives, milliseconds since 1970. */
  readonly nowMs: number;
}

/** Steps of a rendering whatever it does: finding it compiled, and setting it up. */
const STEPS_PER_RENDERING = 5_000;
/** Steps for a byte of output, which is collected and copied. */
const STEPS_PER_BYTE = 5;

/** Renders the texts of one object over what was fetched for it. */
export class StepRenderer {
  readonly #fuel: Fuel;
  readonly #root: TemplateRoot;
  readonly #options: ExecuteOptions & { readonly delimiters: Delimiters };

  /** @throws FuelSpent */
  constructor({ fetched, fuel, delimiters, nowMs }: StepRendererOptions) {
    takePass(fetched, fuel, { key: 1, value: 3 });
    this.#fuel = fuel;
    this.#root = new TemplateRoot(fetched);
    this.#options = { fuel, delimiters, now: nowMs, timeMs: timeFor(fuel) };
  }

  /** The output of a text as it is. @throws SyncError with the field; FuelSpent */
  render(step: TemplateStep): Uint8Array {
    const { key, text, confidential } = step;
    return this.#failing(step, () => {
      this.#fuel.take(STEPS_PER_RENDERING);
      const onBlocking = () => leaveToWorker(this.#fuel);
      const output = renderKey(key, text, this.#root, { ...this.#options, confidential, onBlocking });
      this.#fuel.take(STEPS_PER_BYTE * output.length);
      return output;
    });
  }

  /** The output of a text in scope Values, decoded. @throws SyncError with the field; FuelSpent */
  renderValue(step: TemplateStep): Uint8Array {
    return this.#decoded(step, this.render(step), `key ${step.key}`);
  }

  /** The pairs of a text in scope KeysAndValues, values decoded. @throws SyncError with the field; FuelSpent */
  renderPairs(step: TemplateStep): Map<string, Uint8Array> {
    const document = this.render(step);
    const pairs = this.#failing(step, () => readStringMap(step.key, document, this.#fuel));
    // A template may have made the keys out of values.
    for (const [key, value] of pairs) pairs.set(key, this.#decoded(step, value, 'a key that the template makes'));
    return pairs;
  }

  #decoded({ field, decoding, prefix }: TemplateStep, value: Uint8Array, whose: string): Uint8Array {
    try {
      return decodeValue(value, { fuel: this.#fuel, strategy: decoding, field });
    } catch (error) {
      if (error instanceof FuelSpent) throw new FuelSpent(error.limit, field);
      const { code, publicMessage } = SyncError.from(error);
      throw new SyncError({
        code,
        field,
        what: `${prefix}failed to decode rendered template value for ${whose}: ${publicMessage}`,
        nextStep: 'Correct the template, or set valuesDecodingStrategy to the form that it renders.',
      });
    }
  }

  #failing<T>({ field, prefix }: TemplateStep, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw templateProblem(error, { field, prefix, fuel: this.#fuel });
    }
  }
}
