import { type Fuel, fuelFor } from '@eso/runtime';
import { ByteCount, checkKeyCount } from '../bounds/check-growth.ts';
import type { SecretData } from '../data/secret-data.ts';
import { prepareMap, prepareValue } from './prepare.ts';
import type { DataSource, ExtractSource, FindSource } from './sources.ts';

/** What a provider answered for one source. */
export type Answer =
  | { readonly source: DataSource; readonly value: Uint8Array }
  | { readonly source: ExtractSource | FindSource; readonly values: SecretData };

/** What putting the answers together may cost. */
export interface AssembleOptions {
  /** What the whole may cost. */
  readonly fuel: Fuel;
}

/** Steps for each source, and for each entry that is laid over the others. */
const STEPS_PER_SOURCE = 1_000;
const STEPS_PER_ENTRY = 200;

/**
 * Lays what was fetched over each other, in order, each source rewritten, converted, checked and decoded. Later sources win:
 * `data` over `dataFrom`, and within each the later entry.
 * @throws SyncError of the first source that cannot be used; FuelSpent, with the field, when it takes more than the fuel
 */
export function assemble(answers: readonly Answer[], { fuel }: AssembleOptions): SecretData {
  const all = new Map<string, Uint8Array>();
  const bytes = new ByteCount('spec');
  for (const answer of answers) {
    const { field } = answer.source;
    const prepared = fuelFor(field, () => {
      fuel.take(STEPS_PER_SOURCE);
      const data =
        'values' in answer
          ? prepareMap(answer.source, answer.values, { fuel })
          : prepareValue(answer.source, answer.value, { fuel });
      fuel.take(STEPS_PER_ENTRY * data.size);
      return data;
    });
    for (const [key, value] of prepared) {
      bytes.add(key, value);
      all.set(key, value);
    }
    checkKeyCount(all.size, 'spec');
  }
  return all;
}
