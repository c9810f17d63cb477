import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { entriesOf, tagsByKey } from '../aws/answers.ts';
import { nextVersion } from './next-version.ts';

/** A secret without its value. */
export interface DescribedSecret {
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
  /** - `none`: nothing was ever stored; `pending`: only versions that are not current; `current`: there is a value to read. */
  readonly versions: 'none' | 'pending' | 'current';
  /** ID that a version has to have which is written upon these. */
  readonly nextVersion: string;
  readonly isScheduledForDeletion: boolean;
  /** Absent: AWS's own key. */
  readonly kmsKeyId: string | undefined;
  /** Absent for a secret that is nobody's replica. */
  readonly primaryRegion: string | undefined;
  readonly replicas: readonly Replica[];
}

/** A copy of the secret in another region. */
export interface Replica {
  readonly region: string;
  /** Whether AWS gave up making it. */
  readonly failed: boolean;
}

const CURRENT = 'AWSCURRENT';

/** What AWS says about a secret; undefined where it does not say enough: a value would be written over one that was not seen. */
export function describedSecret(answer: DescribeSecretResponse): DescribedSecret | undefined {
  const { ARN, Tags, VersionIdsToStages, DeletedDate, KmsKeyId, PrimaryRegion, ReplicationStatus } = answer;
  const versions = versionsOf(VersionIdsToStages);
  if (typeof ARN !== 'string' || !versions) return undefined;
  return {
    arn: ARN,
    tags: tagsByKey(Tags),
    versions,
    nextVersion: nextVersion(VersionIdsToStages ?? {}),
    isScheduledForDeletion: DeletedDate !== undefined,
    kmsKeyId: KmsKeyId,
    primaryRegion: PrimaryRegion,
    replicas: entriesOf(ReplicationStatus).flatMap(({ Region, Status }) =>
      Region === undefined ? [] : [{ region: Region, failed: Status === 'Failed' }],
    ),
  };
}

/** Undefined for what is no such map. */
function versionsOf(stages: unknown = {}): DescribedSecret['versions'] | undefined {
  if (typeof stages !== 'object' || stages === null) return undefined;
  const lists: unknown[] = Object.values(stages);
  if (!lists.every((labels) => Array.isArray(labels))) return undefined;
  if (lists.length === 0) return 'none';
  return lists.some((labels) => labels.includes(CURRENT)) ? 'current' : 'pending';
}
