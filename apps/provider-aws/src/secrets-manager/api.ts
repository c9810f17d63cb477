import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretListEntry,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type ApiCallMetrics, ProviderError, type RetrySettings, type SingleFlight } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { entriesOf, tagsByKey } from '../aws/answers.ts';
import { callerAccount } from '../aws/caller-account.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure, type FailedCall, isAwsError } from '../aws/failure.ts';
import type { AwsIdentityProvider } from '../aws/aws-identity.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import { SECRETS_MANAGER_ANSWERS } from './answers.ts';
import { understandXmlErrors } from '../aws/xml-errors.ts';
import { absenceIn, type VersionSelector } from './absence.ts';
import { readBatchAnswer, type BatchAnswer } from './batch-answer.ts';
import { ReadFailures, SERVICE_NAME } from './read-failures.ts';
import type { ListedSecret, SecretValue } from './secret.ts';
import { SecretWrites } from './writes.ts';

/** AWS takes no more in one batch. */
export const SECRET_BATCH = 20;

/** Where Secrets Manager is called, as whom, and how calls are counted and shared. */
export interface SecretsManagerApiOptions {
  readonly region: string;
  readonly endpoints: Endpoints;
  readonly login: AwsIdentityProvider;
  readonly metrics: ApiCallMetrics;
  readonly flights: SingleFlight;
  readonly at: FieldPath;
  /** What a store asks for. */
  readonly retry?: RetrySettings | undefined;
}

/** What most of the failures are about: what a user wrote, and what was tried. */
type Attempt = Pick<FailedCall, 'action' | 'field'> & { readonly name: string; readonly signal: AbortSignal };

/**
 * The operations of AWS Secrets Manager that are used, each counted, abortable, and with failures that say what they mean.
 * All throw ProviderError. SECRET_NOT_FOUND comes from reads of one secret only, also for one that is scheduled for deletion;
 * VERSION_NOT_FOUND where the secret is there and what was asked of it is not.
 */
export class SecretsManagerApi {
  readonly #options: SecretsManagerApiOptions;
  readonly #client: SecretsManagerClient;
  readonly #failures: ReadFailures;
  /** Set where the identity may not read in batches: it is not asked again for as long as this lives. */
  #noBatches = false;
  /** What is not read, but written. */
  readonly writes: SecretWrites;

  constructor(options: SecretsManagerApiOptions) {
    const { region, endpoints, login, metrics, at, retry } = options;
    this.#options = options;
    this.#client = new SecretsManagerClient(
      clientSettings({ region, endpoint: endpoints.secretsManager, login, at, retry }),
    );
    understandXmlErrors(this.#client);
    checkAnswers(this.#client, SECRETS_MANAGER_ANSWERS);
    this.writes = new SecretWrites({ client: this.#client, region, metrics, at });
    this.#failures = new ReadFailures({
      region,
      at,
      exists: (id, signal) => this.#exists(id, signal),
      account: callerAccount({ login, region, endpoint: endpoints.sts, metrics, at }),
    });
  }

  /** The content of one version. Those who ask for the same at the same time share one request. */
  getValue(id: string, version: VersionSelector, signal: AbortSignal): Promise<SecretValue> {
    const command = new GetSecretValueCommand({ SecretId: id, ...version });
    return this.#options.flights.run(JSON.stringify(['value', id, version]), signal, async (shared) => {
      try {
        const { SecretString, SecretBinary } = await this.#track('GetSecretValue', shared, (options) =>
          this.#client.send(command, options),
        );
        return { text: SecretString, binary: SecretBinary };
      } catch (error) {
        throw await this.#failures.of(error, { id, version }, shared);
      }
    });
  }

  /** The tags of a secret, also of one that is scheduled for deletion. Shared as values are. */
  getTags(id: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return this.#options.flights.run(JSON.stringify(['tags', id]), signal, async (shared) => {
      try {
        return tagsByKey((await this.#describe(id, shared)).Tags);
      } catch (error) {
        throw await this.#failures.of(error, { id }, shared);
      }
    });
  }

  /**
   * All secrets that the filters let through, page by page; those that are scheduled for deletion are not among them. AWS may
   * list changes of the last five minutes late.
   */
  async *list(filters: readonly Filter[], signal: AbortSignal): AsyncGenerator<ListedSecret[]> {
    const restriction = filters.length > 0 ? { Filters: [...filters] } : {};
    let token: string | undefined;
    do {
      const command = new ListSecretsCommand({ ...restriction, ...(token ? { NextToken: token } : {}) });
      const attempt = { name: 'ListSecrets', action: 'list secrets', field: 'find', signal };
      const page = await this.#attempt(attempt, (options) => this.#client.send(command, options));
      yield entriesOf(page.SecretList).flatMap(listed);
      token = page.NextToken;
    } while (token);
  }

  /**
   * The current contents of up to 20 secrets, each of which may fail for itself. Where AWS answers for all of them that one is
   * absent, the answer says nothing about any.
   */
  async batch(secrets: readonly ListedSecret[], signal: AbortSignal): Promise<BatchAnswer> {
    const command = new BatchGetSecretValueCommand({ SecretIdList: secrets.map(({ name }) => name) });
    const attempt = { name: 'BatchGetSecretValue', action: 'read secrets in a batch', field: 'find', signal };
    const answer = await this.#attempt(attempt, async (options) => {
      try {
        return await this.#client.send(command, options);
      } catch (error) {
        if (isAwsError(error) && absenceIn(error)) return { $metadata: {} };
        throw error;
      }
    });
    return readBatchAnswer(answer, (error, id) => this.#failures.listed(error, id));
  }

  /**
   * The current contents of up to 20 secrets, by the names or ARNs that were asked for, with one request. Those that AWS does not give
   * are not among them, whatever the reason: to be read alone, which needs no right of its own.
   */
  async values(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, SecretValue>> {
    if (this.#noBatches) return new Map();
    try {
      const answer = await this.batch(
        ids.map((id) => ({ name: id, arn: id, tags: NO_TAGS })),
        signal,
      );
      const found = new Map<string, SecretValue>();
      for (const id of ids) {
        const one = answer.of({ name: id, arn: id, tags: NO_TAGS });
        if (one && 'value' in one) found.set(id, one.value);
      }
      return found;
    } catch (error) {
      if (!(error instanceof ProviderError) || !SAYS_NOTHING.has(error.code)) throw error;
      this.#noBatches = error.code === 'ACCESS_DENIED';
      return new Map();
    }
  }

  /** Something was written: nobody shares a read any more that began before. */
  forgetReads(): void {
    this.#options.flights.forgetAll();
  }

  /** Ends all connections. */
  close(): void {
    this.#client.destroy();
  }

  #describe(id: string, signal: AbortSignal) {
    const command = new DescribeSecretCommand({ SecretId: id });
    return this.#track('DescribeSecret', signal, (options) => this.#client.send(command, options));
  }

  /** @throws what the SDK throws, but for an error that says that there is no such secret */
  async #exists(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#describe(id, signal);
      return true;
    } catch (error) {
      if (isAwsError(error) && error.name === 'ResourceNotFoundException') return false;
      throw error;
    }
  }

  async #attempt<T>({ name, signal, ...call }: Attempt, send: (options: Sending) => Promise<T>): Promise<T> {
    try {
      return await this.#track(name, signal, send);
    } catch (error) {
      signal.throwIfAborted();
      const { region, at } = this.#options;
      throw awsFailure(error, { service: SERVICE_NAME, region, at, invalidRequest: 'INVALID_REQUEST', ...call });
    }
  }

  #track<T>(name: string, signal: AbortSignal, send: (options: Sending) => Promise<T>): Promise<T> {
    return this.#options.metrics.track(name, () => send({ abortSignal: signal }));
  }
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();
/** Failures of a batch that leave open what a read of one secret would yield. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['ACCESS_DENIED', 'INVALID_REQUEST']);

interface Sending {
  readonly abortSignal: AbortSignal;
}

function listed({ Name: name, ARN: arn, Tags, DeletedDate }: SecretListEntry): ListedSecret[] {
  return name === undefined || DeletedDate !== undefined ? [] : [{ name, arn: arn ?? name, tags: tagsByKey(Tags) }];
}
