import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { tagsByKey } from '../aws/answers.ts';
import type { TagChanges } from '../aws/managed-tags.ts';
import { tagList } from '../aws/pushed-tags.ts';
import { WritingCalls, type WritingCallsOptions } from '../aws/writing-calls.ts';
import { PARAMETER_STORE, saysAbsent } from './read-failure.ts';

/** What the writes of one config have in common. */
export interface ParameterWritesOptions extends Pick<WritingCallsOptions, 'region' | 'metrics' | 'at'> {
  readonly client: SSMClient;
}

/** What AWS answers to one of two who write at the same time. */
const CONFLICTS = ['ParameterAlreadyExists', 'TooManyUpdates'];

/**
 * What a push, a deletion, and what asks whether something was pushed do at AWS. Nothing is shared with reads: a read that began before
 * a write says nothing about it. All throw ProviderError, never SECRET_NOT_FOUND.
 */
export class ParameterWrites {
  readonly #client: SSMClient;
  readonly #calls: WritingCalls;

  constructor({ client, ...options }: ParameterWritesOptions) {
    this.#client = client;
    this.#calls = new WritingCalls({ ...options, service: PARAMETER_STORE, conflicts: CONFLICTS });
  }

  /** The parameter as it is now, decrypted unless `encrypted` is enough; undefined: there is none. */
  current(
    name: string,
    { signal, encrypted = false }: { readonly signal: AbortSignal; readonly encrypted?: boolean },
  ): Promise<{ readonly text: string | undefined } | undefined> {
    const command = new GetParameterCommand({ Name: name, WithDecryption: !encrypted });
    return this.#calls.run({
      operation: 'GetParameter',
      action: `read parameter ${name}`,
      signal,
      send: async (options) => {
        try {
          const { Parameter } = await this.#client.send(command, options);
          return { text: Parameter?.Value };
        } catch (error) {
          if (saysAbsent(error)) return undefined;
          throw error;
        }
      },
    });
  }

  /** The tags of a parameter that exists. */
  async tags(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
    const { TagList } = await this.#calls.run({
      operation: 'ListTagsForResource',
      action: `read the tags of parameter ${name}`,
      signal,
      send: (options) => this.#client.send(command, options),
    });
    return tagsByKey(TagList);
  }

  /**
   * Writes a value, and a new version where there is one.
   * @param nextStep what helps where AWS does not accept it, if that is known
   */
  async put(
    input: PutParameterCommandInput,
    { signal, nextStep }: { readonly signal: AbortSignal; readonly nextStep?: string | undefined },
  ): Promise<void> {
    await this.#calls.run({
      operation: 'PutParameter',
      action: `write parameter ${input.Name}`,
      nextStep,
      signal,
      send: (options) => this.#client.send(new PutParameterCommand(input), options),
    });
  }

  /** Makes tags what is wanted; without changes nothing is sent. */
  async changeTags(name: string, { set, remove }: TagChanges, signal: AbortSignal): Promise<void> {
    const client = this.#client;
    const field = 'metadata.spec.tags';
    const resource = { ResourceType: 'Parameter', ResourceId: name } as const;
    const action = `change the tags of parameter ${name}`;
    if (remove.length > 0) {
      const command = new RemoveTagsFromResourceCommand({ ...resource, TagKeys: [...remove] });
      await this.#calls.run({
        operation: 'RemoveTagsFromResource',
        action,
        field,
        signal,
        send: (options) => client.send(command, options),
      });
    }
    if (set.size > 0) {
      const command = new AddTagsToResourceCommand({ ...resource, Tags: tagList(set) });
      await this.#calls.run({
        operation: 'AddTagsToResource',
        action,
        field,
        signal,
        send: (options) => client.send(command, options),
      });
    }
  }

  /** One that is absent by now is deleted. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#calls.run({
      operation: 'DeleteParameter',
      action: `delete parameter ${name}`,
      signal,
      send: async (options) => {
        try {
          await this.#client.send(new DeleteParameterCommand({ Name: name }), options);
        } catch (error) {
          if (!saysAbsent(error)) throw error;
        }
      },
    });
  }
}
