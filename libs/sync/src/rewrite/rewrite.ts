import type { ExternalSecretRewrite } from '@eso/api/resources';
import { type Fuel, fuelFor, FuelSpent } from '@eso/runtime';
import type { KeyNames } from '../bounds/key-names.ts';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError, withField } from '../error.ts';
import { rewriteMerge } from './merge.ts';
import { rewriteRegexp } from './regexp.ts';
import type { RewriteContext } from './rewrite-context.ts';
import { rewriteTransform } from './transform.ts';

/** What a list of rewrites may cost, and what it is about. */
export interface RewriteOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
  /** Path of the entry that holds the list, such as `spec.dataFrom[0]`. */
  readonly field: string;
  /** Whether the keys of the data may stand in texts. Those that a merge takes out of values may not, in any case. */
  readonly names: KeyNames;
}

/**
 * Applies the operations one after the other, each to what the one before made. What each makes is bounded before the next one
 * begins.
 * @throws SyncError whose field names the operation; FuelSpent likewise
 */
export function rewriteData(
  data: SecretData,
  operations: readonly ExternalSecretRewrite[],
  { fuel, field, names }: RewriteOptions,
): SecretData {
  let current = data;
  let currentNames = names;
  for (const [index, operation] of operations.entries()) {
    const step: RewriteContext = { fuel, field: `${field}.rewrite[${index}]`, names: currentNames };
    try {
      current = fuelFor(step.field, () => applyOperation(current, operation, step));
    } catch (error) {
      if (error instanceof FuelSpent) throw error;
      throw withField(error, SyncError.from(error).field, `failed rewrite operation[${index}]: `);
    }
    currentNames = namesAfter([operation], currentNames);
  }
  return current;
}

/** Whether the keys that these operations leave may stand in texts. */
export function namesAfter(operations: readonly ExternalSecretRewrite[], names: KeyNames): KeyNames {
  return operations.some(({ merge }) => merge !== undefined && merge.strategy !== 'JSON') ? 'secret' : names;
}

function applyOperation(data: SecretData, operation: ExternalSecretRewrite, step: RewriteContext): SecretData {
  if (operation.regexp) return rewriteRegexp(data, operation.regexp, step);
  if (operation.merge) return rewriteMerge(data, operation.merge, step);
  if (operation.transform) return rewriteTransform(data, operation.transform.template, step);
  return data;
}
