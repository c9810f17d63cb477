import { type CallContext, type Credentials, ProviderError, type Push } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { isManaged, MANAGED_BY, tagChanges } from '../aws/managed-tags.ts';
import { tagList, wantedTags } from '../aws/pushed-tags.ts';
import { REMOTE_KEY } from '../aws/writing-calls.ts';
import type { DescribedSecret } from './described-secret.ts';
import { FIRST_VERSION } from './next-version.ts';
import { readPushOptions, type SecretPushOptions } from './push-options.ts';
import { holds, inFormat, mergedValue, sourceValue } from './push-value.ts';
import { reconcileReplicas } from './replicas.ts';
import { reconcilePolicy, type WantedPolicy, wantedPolicy } from './resource-policy.ts';
import { secretNameProblem, secretArn } from './secret-name.ts';
import { isReplica, notManaged, scheduledForDeletion } from './taken-names.ts';
import { replicasIn, type SecretWrites } from './writes.ts';

/** Where pushes of one config go. */
export interface PushTarget {
  readonly writes: SecretWrites;
  readonly credentials: Credentials;
  readonly region: string;
  readonly at: FieldPath;
}

/** Everything about a push that is known before AWS is asked. */
interface Wanted {
  readonly push: Push;
  readonly value: Uint8Array;
  readonly options: SecretPushOptions;
  readonly tags: ReadonlyMap<string, string>;
  readonly policy: WantedPolicy | undefined;
}

/**
 * Makes a secret what a push wants: a new one with the mark of this operator, another one only if it has it. What the push itself
 * gets wrong is found before anything is written; the value is written last, and not at all where it is there.
 * @param id name, or ARN of a secret that exists
 * @throws ProviderError INVALID_REQUEST, LIMIT_EXCEEDED, NOT_AN_OBJECT for what cannot be written; ALREADY_EXISTS for a secret of
 * somebody else, and one that is scheduled for deletion: then nothing is written. CONFLICT where somebody else wrote at the same time.
 */
export async function pushSecretTo(target: PushTarget, id: string, push: Push, call: CallContext): Promise<void> {
  const problem = secretNameProblem(id);
  if (problem) throw invalidName(`secret name ${id} ${problem}`, 'use 1 to 512 letters, digits and / _ + = . @ -');
  const wanted = await read(target, push, call);
  const secret = await target.writes.describe(id, call.signal);
  if (!secret) return create(target.writes, id, wanted, call);
  check(target, id, secret);
  await update(target.writes, id, secret, wanted, call);
}

async function read({ credentials, region }: PushTarget, push: Push, call: CallContext): Promise<Wanted> {
  const options = await readPushOptions(push, region, call);
  return {
    push,
    options,
    tags: wantedTags(options),
    value: await sourceValue(push, options, call),
    policy: await wantedPolicy(options, credentials, call),
  };
}

function check({ region, at }: PushTarget, id: string, secret: DescribedSecret): void {
  if (secret.isScheduledForDeletion) throw scheduledForDeletion(id);
  if (!isManaged(secret.tags)) throw notManaged(id);
  const { primaryRegion } = secret;
  if (primaryRegion !== undefined && primaryRegion !== region) throw isReplica(id, primaryRegion, at('region'));
}

async function create(writes: SecretWrites, id: string, wanted: Wanted, call: CallContext): Promise<void> {
  if (secretArn(id))
    throw invalidName(
      `secret ${id} does not exist, and none is created by its ARN`,
      'correct the ARN, or give the name of the secret that shall be created',
    );
  const { push, value, options, tags, policy } = wanted;
  const replicas = replicasIn(options.replicationLocations ?? [], options.kmsKeyID);
  await writes.create(
    {
      Name: id,
      ...inFormat(await mergedValue(value, push, undefined, call), options),
      Tags: tagList(new Map([...tags, [MANAGED_BY.key, MANAGED_BY.value]])),
      Description: options.description,
      KmsKeyId: options.kmsKeyID,
      ClientRequestToken: FIRST_VERSION,
      ...(replicas.length > 0 && { AddReplicaRegions: replicas }),
    },
    call.signal,
  );
  if (policy) await writes.putPolicy(id, policy, call.signal);
}

async function update(
  writes: SecretWrites,
  id: string,
  secret: DescribedSecret,
  { push, value, options, tags, policy }: Wanted,
  call: CallContext,
): Promise<void> {
  const { signal } = call;
  const current = secret.versions === 'current' ? await writes.current(id, signal) : undefined;
  const merged = await mergedValue(value, push, current, call);
  // The policy first: AWS may refuse its text, and then nothing else has been written.
  await reconcilePolicy(writes, id, policy, call);
  if (tags.size > 0) await writes.changeTags(id, tagChanges(secret.tags, tags), signal);
  await reconcileReplicas(writes, id, secret, options.replicationLocations, call);
  if (current && holds(current, merged)) return;
  await writes.put({ SecretId: id, ...inFormat(merged, options), ClientRequestToken: secret.nextVersion }, signal);
}

function invalidName(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field: REMOTE_KEY, nextStep });
}
