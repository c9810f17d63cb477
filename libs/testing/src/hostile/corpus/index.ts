import type { HostileEntry } from '../entry.ts';
import { answerEntries } from './answers.ts';
import { readEntries } from './reads.ts';
import { rewriteEntries } from './rewrites.ts';

/** Everything that a tenant or a provider is known to try, by where it is tried: core, a provider, the wire. */
export const hostileCorpus: readonly HostileEntry[] = [...rewriteEntries, ...readEntries, ...answerEntries];
