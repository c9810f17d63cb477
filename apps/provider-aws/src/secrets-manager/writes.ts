import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  type DeleteSecretCommandInput,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '@eso/api/server';
import { halfAnswer } from '../aws/answers.ts';
import { isAwsError } from '../aws/failure.ts';
import type { TagChanges } from '../aws/managed-tags.ts';
import { tagList } from '../aws/pushed-tags.ts';
import { REMOTE_KEY, WritingCalls, type WritingCallsOptions } from '../aws/writing-calls.ts';
import { type DescribedSecret, describedSecret } from './described-secret.ts';
import { SERVICE_NAME } from './read-failures.ts';
import type { SecretValue } from './secret.ts';
import { saysScheduled } from './taken-names.ts';

/** What the writes of one config have in common. */
export interface SecretWritesOptions extends Pick<WritingCallsOptions, 'region' | 'metrics' | 'at'> {
  readonly client: SecretsManagerClient;
}

const KMS_KEY = 'metadata.spec.kmsKeyID';
/** What helps with errors that speak of a key, a policy or a limit. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  EncryptionFailure: `check that the KMS key (${KMS_KEY} of a new secret) exists and is enabled, and that the identity may use it`,
  LimitExceededException: 'delete secrets or versions in AWS, or have the quota raised',
  MalformedPolicyDocumentException: 'correct the policy: it has to be a policy of IAM whose principals exist',
  PublicPolicyException: 'let the policy grant less, or set metadata.spec.resourcePolicy.blockPublicPolicy to false',
};
const POLICY = 'metadata.spec.resourcePolicy';
const REPLICAS = 'metadata.spec.replicationLocations';

/**
 * What a push, a deletion, and what asks whether something was pushed do at AWS. Nothing is shared with reads: a read that began
 * before a write says nothing about it. All throw ProviderError, never SECRET_NOT_FOUND; ALREADY_EXISTS for a name that is taken by a
 * secret scheduled for deletion.
 */
export class SecretWrites {
  readonly #client: SecretsManagerClient;
  readonly #calls: WritingCalls;

  constructor({ client, ...options }: SecretWritesOptions) {
    this.#client = client;
    this.#calls = new WritingCalls({
      ...options,
      service: SERVICE_NAME,
      conflicts: ['ResourceExistsException'],
      nextSteps: NEXT_STEPS,
      fieldOf: ({ name }) => (name === 'EncryptionFailure' ? KMS_KEY : undefined),
    });
  }

  /** The secret as it is now, its value left out; undefined: there is none. */
  async describe(id: string, signal: AbortSignal): Promise<DescribedSecret | undefined> {
    const command = new DescribeSecretCommand({ SecretId: id });
    const answer = await this.#calls.run({
      operation: 'DescribeSecret',
      action: `describe secret ${id}`,
      signal,
      send: unlessAbsent((options) => this.#client.send(command, options)),
    });
    if (!answer) return undefined;
    const secret = describedSecret(answer);
    if (secret) return secret;
    throw halfAnswer(SERVICE_NAME, 'DescribeSecret', `the description of secret ${id}`, answer.$metadata);
  }

  /**
   * The value of a secret that has one: what is written next may be made of it.
   * @throws ProviderError CONFLICT where it is gone by now; BACKEND_UNAVAILABLE for an answer without it
   */
  async current(id: string, signal: AbortSignal): Promise<SecretValue> {
    const command = new GetSecretValueCommand({ SecretId: id });
    const answer = await this.#calls.run({
      operation: 'GetSecretValue',
      action: `read secret ${id}`,
      signal,
      send: unlessAbsent((options) => this.#client.send(command, options)),
    });
    if (!answer)
      throw new ProviderError('CONFLICT', `secret ${id} has lost its value, or was deleted, since it was described`, {
        field: REMOTE_KEY,
      });
    const { SecretString: text, SecretBinary: binary, $metadata } = answer;
    if (text !== undefined || binary !== undefined) return { text, binary };
    throw halfAnswer(SERVICE_NAME, 'GetSecretValue', `the value of secret ${id}`, $metadata);
  }

  /** @throws ProviderError CONFLICT where somebody else has created it with another value. */
  async create(input: CreateSecretCommandInput, signal: AbortSignal): Promise<void> {
    const { Name: name = '' } = input;
    const command = new CreateSecretCommand(input);
    const send = unlessTaken(name, (options) => this.#client.send(command, options));
    await this.#calls.run({ operation: 'CreateSecret', action: `create secret ${name}`, signal, send });
  }

  /** Writes a new version. @throws ProviderError CONFLICT where the version exists with another value. */
  async put(input: PutSecretValueCommandInput, signal: AbortSignal): Promise<void> {
    const { SecretId: id = '' } = input;
    const command = new PutSecretValueCommand(input);
    const send = unlessTaken(id, (options) => this.#client.send(command, options));
    await this.#calls.run({ operation: 'PutSecretValue', action: `write secret ${id}`, signal, send });
  }

  /** Makes tags what is wanted; without changes nothing is sent. */
  async changeTags(id: string, { set, remove }: TagChanges, signal: AbortSignal): Promise<void> {
    const common = { action: `change the tags of secret ${id}`, field: 'metadata.spec.tags', signal };
    if (remove.length > 0) {
      const command = new UntagResourceCommand({ SecretId: id, TagKeys: [...remove] });
      const send = (options: Sending) => this.#client.send(command, options);
      await this.#calls.run({ ...common, operation: 'UntagResource', send });
    }
    if (set.size > 0) {
      const command = new TagResourceCommand({ SecretId: id, Tags: tagList(set) });
      const send = (options: Sending) => this.#client.send(command, options);
      await this.#calls.run({ ...common, operation: 'TagResource', send });
    }
  }

  /** The resource policy; undefined: there is none. */
  async policy(id: string, signal: AbortSignal): Promise<string | undefined> {
    const command = new GetResourcePolicyCommand({ SecretId: id });
    const answer = await this.#calls.run({
      operation: 'GetResourcePolicy',
      action: `read the resource policy of secret ${id}`,
      field: POLICY,
      signal,
      send: unlessAbsent((options) => this.#client.send(command, options)),
    });
    return answer?.ResourcePolicy;
  }

  /** @param policy its text, and whether AWS shall refuse one that lets everybody in; absent: as AWS does by itself */
  async putPolicy(
    id: string,
    { text, blockPublicPolicy }: { readonly text: string; readonly blockPublicPolicy: boolean | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const block = blockPublicPolicy === undefined ? {} : { BlockPublicPolicy: blockPublicPolicy };
    const command = new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: text, ...block });
    await this.#calls.run({
      operation: 'PutResourcePolicy',
      action: `write the resource policy of secret ${id}`,
      field: POLICY,
      signal,
      send: (options) => this.#client.send(command, options),
    });
  }

  /** One that is not there is deleted. */
  async deletePolicy(id: string, signal: AbortSignal): Promise<void> {
    const command = new DeleteResourcePolicyCommand({ SecretId: id });
    await this.#calls.run({
      operation: 'DeleteResourcePolicy',
      action: `delete the resource policy of secret ${id}, which metadata.spec.resourcePolicy does not give`,
      field: POLICY,
      signal,
      send: unlessAbsent((options) => this.#client.send(command, options)),
    });
  }

  /** @param kmsKeyId of the secret itself; absent: AWS's own key */
  async replicate(
    id: string,
    regions: readonly string[],
    { kmsKeyId, signal }: { readonly kmsKeyId: string | undefined; readonly signal: AbortSignal },
  ): Promise<void> {
    const command = new ReplicateSecretToRegionsCommand({
      SecretId: id,
      AddReplicaRegions: replicasIn(regions, kmsKeyId),
    });
    await this.#calls.run({
      operation: 'ReplicateSecretToRegions',
      action: `replicate secret ${id} to ${regions.join(', ')}`,
      field: REPLICAS,
      signal,
      send: (options) => this.#client.send(command, options),
    });
  }

  /** Deletes the replicas in these regions. */
  async removeReplicas(id: string, regions: readonly string[], signal: AbortSignal): Promise<void> {
    const command = new RemoveRegionsFromReplicationCommand({ SecretId: id, RemoveReplicaRegions: [...regions] });
    await this.#calls.run({
      operation: 'RemoveRegionsFromReplication',
      action: `remove the replicas of secret ${id} in ${regions.join(', ')}`,
      field: REPLICAS,
      signal,
      send: (options) => this.#client.send(command, options),
    });
  }

  /** One that is absent by now is deleted. */
  async delete(input: DeleteSecretCommandInput, signal: AbortSignal): Promise<void> {
    const command = new DeleteSecretCommand(input);
    await this.#calls.run({
      operation: 'DeleteSecret',
      action: `delete secret ${input.SecretId}`,
      signal,
      send: unlessAbsent((options) => this.#client.send(command, options)),
    });
  }
}

/** Replicas as AWS takes them. */
export function replicasIn(regions: readonly string[], kmsKeyId: string | undefined) {
  return regions.map((Region) => ({ Region, ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }) }));
}

interface Sending {
  readonly abortSignal: AbortSignal;
}

/** Undefined where AWS answers that there is no such thing. */
function unlessAbsent<T>(send: (options: Sending) => Promise<T>): (options: Sending) => Promise<T | undefined> {
  return async (options) => {
    try {
      return await send(options);
    } catch (error) {
      if (isAwsError(error) && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}

/** Tells of a name that a secret on its way out still has. */
function unlessTaken<T>(name: string, send: (options: Sending) => Promise<T>): (options: Sending) => Promise<T> {
  return async (options) => {
    try {
      return await send(options);
    } catch (error) {
      throw saysScheduled(name, error) ?? error;
    }
  };
}
