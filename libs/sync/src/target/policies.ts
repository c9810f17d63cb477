/** What each policy of a target means: a row each, so that nothing else asks which policy it is. */
import type { CreationPolicy, DeletionPolicy, ExternalSecret } from '@eso/api/resources';

/** What a creation policy does with the target. */
export interface CreationRule {
  /** A target that is not there: it is made, waited for, or none of our business. */
  readonly missing: 'create' | 'wait' | 'ignore';
  /** What becomes of keys that this ExternalSecret did not write: they go, they stay, or nothing is written at all. */
  readonly existing: 'replace' | 'merge' | 'ignore';
  /** Whether this ExternalSecret is its controller, so that it goes with it, and sweeps what it made under earlier names. */
  readonly owns: boolean;
  /** Whether a target that is not as it was written is written again at once, whatever the refresh policy says. */
  readonly repairs: boolean;
}

/** What a deletion policy does when the backend has nothing. */
export interface DeletionRule {
  /** A source that is not there: the sync fails, or goes on without it. */
  readonly absentSource: 'fail' | 'skip';
  /** Nothing was fetched at all: the target stays as it is, goes, or is written with nothing of ours in it. */
  readonly nothingFetched: 'retain' | 'delete' | 'write';
}

/** Creation policies (docs/design/external-secret.md). */
export const creationRules: Readonly<Record<CreationPolicy, CreationRule>> = {
  Owner: { missing: 'create', existing: 'replace', owns: true, repairs: true },
  Orphan: { missing: 'create', existing: 'replace', owns: false, repairs: false },
  CreateOrMerge: { missing: 'create', existing: 'merge', owns: false, repairs: true },
  Merge: { missing: 'wait', existing: 'merge', owns: false, repairs: true },
  None: { missing: 'ignore', existing: 'ignore', owns: false, repairs: false },
};

/** Deletion policies. */
export const deletionRules: Readonly<Record<DeletionPolicy, DeletionRule>> = {
  Retain: { absentSource: 'fail', nothingFetched: 'retain' },
  Delete: { absentSource: 'skip', nothingFetched: 'delete' },
  Merge: { absentSource: 'skip', nothingFetched: 'write' },
};

/** The creation policy's row for an ExternalSecret. */
export function creationRule({ spec }: Pick<ExternalSecret, 'spec'>): CreationRule {
  return creationRules[spec.target?.creationPolicy ?? 'Owner'];
}

/** The deletion policy's row for an ExternalSecret. */
export function deletionRule({ spec }: Pick<ExternalSecret, 'spec'>): DeletionRule {
  return deletionRules[spec.target?.deletionPolicy ?? 'Retain'];
}
