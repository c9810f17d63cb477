import type { CallContext } from '@eso/api/server';
import type { DescribedSecret } from './described-secret.ts';
import type { SecretWrites } from './writes.ts';

/**
 * Makes the replicas of a secret those that are wanted.
 * @param wanted regions; undefined: whichever there are
 */
export async function reconcileReplicas(
  writes: SecretWrites,
  id: string,
  { replicas, kmsKeyId }: DescribedSecret,
  wanted: readonly string[] | undefined,
  { signal, logger }: CallContext,
): Promise<void> {
  if (!wanted) return;
  const failed = replicas.filter((replica) => replica.failed && wanted.includes(replica.region));
  if (failed.length > 0)
    logger.warn(
      { secret: id, regions: failed.map(({ region }) => region) },
      'AWS has failed to replicate a secret; it has to be replicated anew there',
    );
  const present = replicas.map(({ region }) => region);
  const removed = present.filter((region) => !wanted.includes(region));
  if (removed.length > 0) await writes.removeReplicas(id, removed, signal);
  const added = wanted.filter((region) => !present.includes(region));
  if (added.length > 0) await writes.replicate(id, added, { kmsKeyId, signal });
}
