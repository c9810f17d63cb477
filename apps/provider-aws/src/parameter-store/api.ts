import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type ParameterStringFilter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type ApiCallMetrics, ProviderError, type RetrySettings, type SingleFlight } from '@eso/api/server';
import { entriesOf, tagsByKey } from '../aws/answers.ts';
import type { FieldPath } from '../aws/aws-config.ts';
import type { AwsIdentityProvider } from '../aws/aws-identity.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { isAwsError } from '../aws/failure.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import { PARAMETER_STORE_ANSWERS, PARAMETER_WITH_CONTENT } from './answers.ts';
import { understandXmlErrors } from '../aws/xml-errors.ts';
import { parameterName } from './parameter-name.ts';
import { absentVersion, type ParameterRead, readFailure, saysAbsent } from './read-failure.ts';
import { ParameterWrites } from './writes.ts';

/** Where Parameter Store is called, as whom, and how calls are counted and shared. */
export interface ParameterStoreApiOptions {
  readonly region: string;
  readonly endpoints: Endpoints;
  readonly login: AwsIdentityProvider;
  readonly metrics: ApiCallMetrics;
  readonly flights: SingleFlight;
  readonly at: FieldPath;
  /** What a store asks for. */
  readonly retry?: RetrySettings | undefined;
}

/** The content of a parameter; undefined where AWS gives none. */
export interface ParameterValue {
  readonly text: string | undefined;
}

/** A parameter with its content. */
export interface ReadParameter extends ParameterValue {
  readonly name: string;
}

/** AWS takes no more names in one request for values. */
export const PARAMETER_BATCH = 10;
/** AWS takes no more on one page of a path, and of a description. */
const PATH_PAGE = 10;
const DESCRIBE_PAGE = 50;
/** Failures of a batch that leave open what a read of one parameter would yield. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['ACCESS_DENIED', 'INVALID_REQUEST']);

/**
 * The operations of AWS Parameter Store that are used, each counted, abortable, and with failures that say what they mean.
 * All throw ProviderError. SECRET_NOT_FOUND comes from reads of one parameter only; VERSION_NOT_FOUND where the parameter is there
 * and what was asked of it is not.
 */
export class ParameterStoreApi {
  readonly #options: ParameterStoreApiOptions;
  readonly #client: SSMClient;
  /** Set where the identity may not read several at once: it is not asked again for as long as this lives. */
  #noBatches = false;
  /** What is not read, but written. */
  readonly writes: ParameterWrites;

  constructor(options: ParameterStoreApiOptions) {
    const { region, endpoints, login, metrics, at, retry } = options;
    this.#options = options;
    this.#client = new SSMClient(clientSettings({ region, endpoint: endpoints.ssm, login, at, retry }));
    understandXmlErrors(this.#client);
    checkAnswers(this.#client, PARAMETER_STORE_ANSWERS);
    this.writes = new ParameterWrites({ client: this.#client, region, metrics, at });
  }

  /** The decrypted content of one version. Those who ask for the same at the same time share one request. */
  getValue(id: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#options.flights.run(JSON.stringify(['parameter', id]), signal, async (shared) => {
      try {
        return await this.#get(id, shared);
      } catch (error) {
        shared.throwIfAborted();
        throw await this.#readFailure(error, id, shared);
      }
    });
  }

  /**
   * The decrypted contents of up to ten parameters, by the names or ARNs that were asked for, with one request. Those that AWS does not
   * give are not among them, whatever the reason: to be read alone, which tells it, and needs no right of its own.
   */
  async values(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, { readonly text: string | undefined }>> {
    if (this.#noBatches) return new Map();
    const command = new GetParametersCommand({ Names: [...ids], WithDecryption: true });
    try {
      const { Parameters } = await this.#attempt(
        'GetParameters',
        { ...this.#read(ids[0] ?? ''), action: `read ${ids.length} parameters` },
        signal,
        (options) => this.#client.send(command, options),
      );
      const given = entriesOf(Parameters)
        .filter(PARAMETER_WITH_CONTENT)
        .flatMap(({ Name, ARN, Selector = '', Value: text }) =>
          [Name, ARN].flatMap((id) => (id === undefined ? [] : [[id + Selector, { text }] as const])),
        );
      const found = new Map(given);
      return new Map(ids.flatMap((id) => (found.has(id) ? [[id, found.get(id) ?? { text: undefined }] as const] : [])));
    } catch (error) {
      if (!(error instanceof ProviderError) || !SAYS_NOTHING.has(error.code)) throw error;
      this.#noBatches = error.code === 'ACCESS_DENIED';
      return new Map();
    }
  }

  /** The tags of a parameter. @param id name or ARN, without a version. Shared as values are. */
  getTags(id: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return this.#options.flights.run(JSON.stringify(['tags', id]), signal, async (shared) => {
      const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: id });
      const { TagList } = await this.#attempt(
        'ListTagsForResource',
        { ...this.#read(id), action: `read the tags of parameter ${id}` },
        shared,
        (options) => this.#client.send(command, options),
      );
      return tagsByKey(TagList);
    });
  }

  /** All parameters below a path, at any depth, decrypted, page by page; a page may be empty. */
  async *byPath(path: string, signal: AbortSignal): AsyncGenerator<ReadParameter[]> {
    let token: string | undefined;
    do {
      const command = new GetParametersByPathCommand({
        Path: path,
        Recursive: true,
        WithDecryption: true,
        MaxResults: PATH_PAGE,
        ...(token ? { NextToken: token } : {}),
      });
      const page = await this.#attempt('GetParametersByPath', this.#finding(path), signal, (options) =>
        this.#client.send(command, options),
      );
      yield entriesOf(page.Parameters).flatMap(({ Name, Value }) =>
        Name === undefined ? [] : [{ name: Name, text: Value }],
      );
      token = page.NextToken;
    } while (token);
  }

  /** The names of all parameters that the filters let through, page by page; a page may be empty. */
  async *describe(filters: readonly ParameterStringFilter[], signal: AbortSignal): AsyncGenerator<string[]> {
    let token: string | undefined;
    do {
      const command = new DescribeParametersCommand({
        ParameterFilters: [...filters],
        MaxResults: DESCRIBE_PAGE,
        ...(token ? { NextToken: token } : {}),
      });
      const page = await this.#attempt('DescribeParameters', this.#finding(''), signal, (options) =>
        this.#client.send(command, options),
      );
      yield entriesOf(page.Parameters).flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
      token = page.NextToken;
    } while (token);
  }

  /** Something was written: nobody shares a read any more that began before. */
  forgetReads(): void {
    this.#options.flights.forgetAll();
  }

  /** Ends all connections. */
  close(): void {
    this.#client.destroy();
  }

  async #get(id: string, signal: AbortSignal): Promise<string | undefined> {
    const command = new GetParameterCommand({ Name: id, WithDecryption: true });
    const { Parameter } = await this.#options.metrics.track('GetParameter', () =>
      this.#client.send(command, { abortSignal: signal }),
    );
    return Parameter?.Value;
  }

  /** An absent label may be answered as an absent parameter: whether it is, the parameter without the label tells. */
  async #readFailure(error: unknown, id: string, signal: AbortSignal) {
    const { base, selector } = parameterName(id);
    if (selector === undefined || !saysAbsent(error) || !isAwsError(error)) return readFailure(error, this.#read(id));
    try {
      await this.#get(base, signal);
      return absentVersion({ id }, error);
    } catch (second) {
      signal.throwIfAborted();
      return readFailure(second, this.#read(base));
    }
  }

  async #attempt<T>(
    operation: string,
    read: ParameterRead,
    signal: AbortSignal,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#options.metrics.track(operation, () => send({ abortSignal: signal }));
    } catch (error) {
      signal.throwIfAborted();
      throw readFailure(error, read);
    }
  }

  #read(id: string): ParameterRead {
    const { region, at } = this.#options;
    return { id, region, at };
  }

  #finding(path: string): ParameterRead {
    return { ...this.#read(path), action: 'list parameters', field: 'find' };
  }
}
