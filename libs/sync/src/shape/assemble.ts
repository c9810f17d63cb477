import { type Fuel, fuelFor } from '@eso/runtime';
import { mergeData, type SecretData } from '../data/secret-data.ts';
import type { RenderTransform } from '../rewrite/transform.ts';
import { prepareMap, prepareValue } from '../spec/prepare.ts';
import type { DataSource, ExtractSource, FindSource } from '../spec/sources.ts';

/** What a provider answered for one source. */
export type Answer =
  | { readonly source: DataSource; readonly value: Uint8Array }
  | { readonly source: ExtractSource | FindSource; readonly values: SecretData };

export interface AssembleOptions {
  /** What the whole may cost. */
  readonly fuel: Fuel;
  /** Renders rewrites of kind transform; without it they are refused as not built yet. */
  readonly renderTransform?: RenderTransform;
}

/**
 * Lays what was fetched over each other, in order, each source rewritten, converted, checked and decoded.
 * @throws SyncError of the first source that cannot be used; FuelSpent, with the field, when it takes more than the fuel
 */
export function assemble(answers: readonly Answer[], { fuel, renderTransform }: AssembleOptions): SecretData {
  const options = renderTransform ? { renderTransform } : {};
  return mergeData(
    answers.map((answer) =>
      fuelFor(answer.source.field, () => {
        fuel.take(1);
        return 'values' in answer
          ? prepareMap(answer.source, answer.values, options)
          : prepareValue(answer.source, answer.value);
      }),
    ),
  );
}
