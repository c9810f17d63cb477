import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';

/** A secret without its value. */
export interface DescribedSecret {
  readonly arn: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  /** - `none`: nothing was ever stored; `pending`: only versions that are not current; `current`: there is a value to read. */
  readonly versions: 'none' | 'pending' | 'current';
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

/** What AWS says about a secret. */
export function describedSecret(answer: DescribeSecretResponse): DescribedSecret {
  const { ARN, Tags = [], VersionIdsToStages = {}, DeletedDate, KmsKeyId, PrimaryRegion, ReplicationStatus } = answer;
  const stages = Object.values(VersionIdsToStages);
  return {
    arn: ARN,
    tags: new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    versions: stages.length === 0 ? 'none' : stages.some((labels) => labels.includes(CURRENT)) ? 'current' : 'pending',
    isScheduledForDeletion: DeletedDate !== undefined,
    kmsKeyId: KmsKeyId,
    primaryRegion: PrimaryRegion,
    replicas: (ReplicationStatus ?? []).flatMap(({ Region, Status }) =>
      Region === undefined ? [] : [{ region: Region, failed: Status === 'Failed' }],
    ),
  };
}
