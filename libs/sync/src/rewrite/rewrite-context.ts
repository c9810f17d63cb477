import type { Fuel } from '@eso/runtime';
import type { KeyNames } from '../bounds/key-names.ts';

/** What one operation of a rewrite gets besides the data. */
export interface RewriteContext {
  readonly fuel: Fuel;
  /** Path of the operation, such as `spec.dataFrom[0].rewrite[1]`. */
  readonly field: string;
  readonly names: KeyNames;
}
