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
import { type ApiCallMetrics, ProviderError } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { awsFailure, backendAnswer, isAwsError } from '../aws/failure.ts';
import type { TagChanges } from '../aws/managed-tags.ts';
import { PARAMETER_STORE, saysAbsent } from './read-failure.ts';

/** What the writes of one config have in common. */
export interface ParameterWritesOptions {
  readonly client: SSMClient;
  readonly region: string;
  readonly metrics: ApiCallMetrics;
  readonly at: FieldPath;
}

/** A call for one parameter. */
interface Call<T> {
  readonly operation: string;
  readonly action: string;
  readonly signal: AbortSignal;
  readonly send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>;
}

/** Where a push says what it writes to. */
export const REMOTE_KEY = 'match.remoteRef.remoteKey';

/** What AWS answers to one of two who write at the same time. */
const CONFLICTS: ReadonlySet<string> = new Set(['ParameterAlreadyExists', 'TooManyUpdates']);
/** Errors whose text names rights and ARNs. Those of other errors may quote what was sent, the value among it. */
const QUOTES_NO_VALUE: ReadonlySet<string> = new Set(['AccessDeniedException', 'AccessDenied']);

/**
 * What a push, a deletion, and what asks whether something was pushed do at AWS. Nothing is shared with reads: a read that began before
 * a write says nothing about it. All throw ProviderError, never SECRET_NOT_FOUND.
 */
export class ParameterWrites {
  readonly #options: ParameterWritesOptions;

  constructor(options: ParameterWritesOptions) {
    this.#options = options;
  }

  /** The parameter as it is now, decrypted unless `encrypted` is enough; undefined: there is none. */
  current(
    name: string,
    { signal, encrypted = false }: { readonly signal: AbortSignal; readonly encrypted?: boolean },
  ): Promise<{ readonly text: string | undefined } | undefined> {
    const command = new GetParameterCommand({ Name: name, WithDecryption: !encrypted });
    return this.#call({
      operation: 'GetParameter',
      action: `read parameter ${name}`,
      signal,
      send: async (options) => {
        try {
          const { Parameter } = await this.#options.client.send(command, options);
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
    const { TagList = [] } = await this.#call({
      operation: 'ListTagsForResource',
      action: `read the tags of parameter ${name}`,
      signal,
      send: (options) => this.#options.client.send(command, options),
    });
    return new Map(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  /** Writes a value, and a new version where there is one. */
  async put(input: PutParameterCommandInput, signal: AbortSignal): Promise<void> {
    await this.#call({
      operation: 'PutParameter',
      action: `write parameter ${input.Name}`,
      signal,
      send: (options) => this.#options.client.send(new PutParameterCommand(input), options),
    });
  }

  /** Makes tags what is wanted; without changes nothing is sent. */
  async changeTags(name: string, { set, remove }: TagChanges, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const resource = { ResourceType: 'Parameter', ResourceId: name } as const;
    const action = `change the tags of parameter ${name}`;
    if (remove.length > 0) {
      const command = new RemoveTagsFromResourceCommand({ ...resource, TagKeys: [...remove] });
      const send: Call<unknown>['send'] = (options) => client.send(command, options);
      await this.#call({ operation: 'RemoveTagsFromResource', action, signal, send });
    }
    if (set.size > 0) {
      const command = new AddTagsToResourceCommand({ ...resource, Tags: tagList(set) });
      const send: Call<unknown>['send'] = (options) => client.send(command, options);
      await this.#call({ operation: 'AddTagsToResource', action, signal, send });
    }
  }

  /** One that is absent by now is deleted. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#call({
      operation: 'DeleteParameter',
      action: `delete parameter ${name}`,
      signal,
      send: async (options) => {
        try {
          await this.#options.client.send(new DeleteParameterCommand({ Name: name }), options);
        } catch (error) {
          if (!saysAbsent(error)) throw error;
        }
      },
    });
  }

  async #call<T>({ operation, action, signal, send }: Call<T>): Promise<T> {
    const { region, at, metrics } = this.#options;
    try {
      return await metrics.track(operation, () => send({ abortSignal: signal }));
    } catch (error) {
      signal.throwIfAborted();
      if (isAwsError(error) && CONFLICTS.has(error.name))
        throw new ProviderError(
          'CONFLICT',
          `cannot ${action}: somebody else wrote it at the same time (${error.name})`,
          {
            field: REMOTE_KEY,
            cause: withoutValue(error),
            backend: backendAnswer(error),
          },
        );
      throw awsFailure(withoutValue(error), {
        service: PARAMETER_STORE,
        region,
        action,
        field: REMOTE_KEY,
        invalidRequest: 'INVALID_REQUEST',
        at,
      });
    }
  }
}

/** Tags as AWS takes them. */
export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** The same error of AWS, without a text that may quote the value. What is no answer of AWS stays. */
function withoutValue(thrown: unknown): unknown {
  if (!isAwsError(thrown) || thrown.$fault !== 'client' || QUOTES_NO_VALUE.has(thrown.name)) return thrown;
  const { name, $fault, $metadata } = thrown;
  const text = 'it does not accept what was sent; its text is left out, as it may quote the value';
  return Object.assign(new Error(text), { name, $fault, ...($metadata ? { $metadata } : {}) });
}
