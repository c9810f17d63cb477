import { createHash, randomBytes } from 'node:crypto';
import type { RandomSource } from './exec/functions.ts';

/** Where random functions take their bytes from. A seed makes a rendering reproducible: for tests only. */
export type RandomSeed = { readonly kind: 'system' } | { readonly kind: 'seeded'; readonly seed: string };

/** The source for one rendering. */
export function randomSource(seed: RandomSeed): RandomSource {
  return seed.kind === 'system' ? { bytes: (count) => randomBytes(count) } : seededSource(seed.seed);
}

/** An endless stream: SHA-256 over the seed and a counter. */
function seededSource(seed: string): RandomSource {
  let counter = 0;
  let pool = Buffer.alloc(0);
  return {
    bytes: (count) => {
      const blocks: Buffer[] = [pool];
      for (let size = pool.length; size < count; size += 32) {
        blocks.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
      }
      const all = Buffer.concat(blocks);
      pool = all.subarray(count);
      return all.subarray(0, count);
    },
  };
}
