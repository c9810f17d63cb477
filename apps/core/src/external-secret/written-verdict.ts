import type { ExternalSecret } from '@eso/api/resources';
import { creationRule } from '@eso/sync';
import type { SyncVerdict } from './status.ts';
import type { TargetWriteResult } from './target/target.ts';

/**
 * What a write says of the sync; undefined where others were faster and all starts over. `bound` is false where no target holds the
 * values of this pass: what stands under an earlier name is good until there is one under the new name.
 */
export function writtenVerdict(es: ExternalSecret, written: TargetWriteResult): SyncVerdict | undefined {
  switch (written.kind) {
    case 'contended':
      return undefined;
    case 'refused':
      return { kind: 'failed', failure: written.refusal, problem: written.error };
    case 'deleted':
      return { kind: 'synced', outcome: 'deleted', bound: false };
    case 'created':
    case 'updated':
      return { kind: 'synced', outcome: 'synced', bound: true };
    case 'unchanged': {
      const bound = written.outcome === 'synced' && creationRule(es).existing !== 'ignore';
      return { kind: 'synced', outcome: written.outcome, bound, unchanged: true };
    }
  }
}

/** Whether what stands under earlier names is left over: there is a target under this name, or there is to be none at all. */
export function leavesOrphans(verdict: SyncVerdict): boolean {
  return verdict.kind === 'synced' && (verdict.bound || verdict.outcome === 'deleted');
}
