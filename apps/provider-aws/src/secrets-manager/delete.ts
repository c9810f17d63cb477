import { isManaged } from '../aws/managed-tags.ts';
import type { AwsConfig } from '../aws/aws-config.ts';
import type { PushTarget } from './push.ts';
import { secretNameProblem } from './secret-name.ts';
import { isReplica } from './taken-names.ts';

/**
 * Deletes a secret that has the mark of this operator, its replicas first; what has it not, is not there, or is on its way out, is left
 * as it is.
 * @param settings how; checked with the config. Absent: recoverable for as long as AWS has it by itself, 30 days.
 */
export async function deleteSecretFrom(
  { writes, region, at }: PushTarget,
  id: string,
  settings: AwsConfig['secretsManager'],
  signal: AbortSignal,
): Promise<void> {
  // Nothing was ever pushed to such a name, and AWS would refuse the question.
  if (secretNameProblem(id)) return;
  const secret = await writes.describe(id, signal);
  if (!secret || secret.isScheduledForDeletion || !isManaged(secret.tags)) return;
  const { arn, primaryRegion, replicas } = secret;
  if (primaryRegion !== undefined && primaryRegion !== region) throw isReplica(id, primaryRegion, at('region'));
  const regions = replicas.map((replica) => replica.region);
  if (regions.length > 0) await writes.removeReplicas(id, regions, signal);
  const { forceDeleteWithoutRecovery = false, recoveryWindowInDays = 0 } = settings ?? {};
  await writes.delete(
    {
      SecretId: arn,
      ...(forceDeleteWithoutRecovery && { ForceDeleteWithoutRecovery: true }),
      ...(recoveryWindowInDays > 0 && { RecoveryWindowInDays: recoveryWindowInDays }),
    },
    signal,
  );
}

/** Whether a push would find a value, whoever manages the secret; without reading it. */
export async function secretHasValue(
  { writes }: Pick<PushTarget, 'writes'>,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (secretNameProblem(id)) return false;
  const secret = await writes.describe(id, signal);
  return secret !== undefined && secret.versions === 'current' && !secret.isScheduledForDeletion;
}
