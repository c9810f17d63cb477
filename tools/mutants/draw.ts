import { createHash } from 'node:crypto';
import type { Mutant } from './operators.ts';

/** Where faults are put: the product's own sources, whose tests are to notice. */
export const MUTATED = /^(?:libs\/(?:api|controller|kube|pki|sync)|apps\/[^/]+)\/src\//;
const NOT_MUTATED = /\.spec\.ts$|\/testing\/|\/gen\/|(?:^|\/)index\.ts$|\.d\.ts$|\/main\.ts$|\/worker\.ts$/;

export const isMutated = (file: string): boolean =>
  MUTATED.test(file) && file.endsWith('.ts') && !NOT_MUTATED.test(file);

/**
 * Draws `count` of all faults, each as likely as any other; the same seed draws the same ones of the same sources, and one more
 * fault in a file leaves the others' chances alone.
 */
export function draw(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const ranked = mutants.map((mutant) => ({ mutant, rank: rankOf(mutant, seed) }));
  return ranked
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

function rankOf({ file, start, operator, original, replacement }: Mutant, seed: string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, file, start, operator, original, replacement]))
    .digest('hex');
}

/** `libs/sync` of `libs/sync/src/data/hash.ts`. */
export const projectOf = (file: string): string => file.split('/').slice(0, 2).join('/');
