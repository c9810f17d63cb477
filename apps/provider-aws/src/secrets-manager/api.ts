import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type ApiCallMetrics, ProviderError, type SingleFlight } from '@eso/api/server';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure, isAwsError } from '../aws/failure.ts';
import type { Login } from '../aws/login.ts';
import { understandXmlErrors } from '../aws/xml-errors.ts';

export interface SecretsManagerApiOptions {
  readonly region: string;
  readonly endpoints: Endpoints;
  readonly login: Login;
  readonly metrics: ApiCallMetrics;
  readonly flights: SingleFlight;
}

/** Which version of a secret. */
export type VersionSelector = { readonly VersionStage: string } | { readonly VersionId: string };

/** A secret's content: at least one of the two in theory, exactly one in practice. */
export interface SecretValue {
  readonly text?: string | undefined;
  readonly binary?: Uint8Array | undefined;
}

/** A secret's content with its name, as batches yield it. */
export interface NamedSecretValue extends SecretValue {
  readonly name: string;
}

/**
 * The operations of AWS Secrets Manager that are used, each counted, abortable, and with failures that say what they mean.
 * All throw ProviderError; SECRET_NOT_FOUND also for a secret that is marked for deletion.
 */
export class SecretsManagerApi {
  readonly #options: SecretsManagerApiOptions;
  readonly #client: SecretsManagerClient;

  constructor(options: SecretsManagerApiOptions) {
    const { region, endpoints, login } = options;
    this.#options = options;
    this.#client = new SecretsManagerClient(clientSettings({ region, endpoint: endpoints.secretsManager, login }));
    understandXmlErrors(this.#client);
  }

  /** The content of one version. Those who ask for the same at the same time share one request. */
  getValue(id: string, version: VersionSelector, signal: AbortSignal): Promise<SecretValue> {
    const command = new GetSecretValueCommand({ SecretId: id, ...version });
    return this.#options.flights.run(JSON.stringify(['value', id, version]), signal, async (shared) => {
      const call = { name: 'GetSecretValue', action: `read secret ${id}`, signal: shared };
      const { SecretString, SecretBinary } = await this.#call(call, (options) => this.#client.send(command, options));
      return { text: SecretString, binary: SecretBinary };
    });
  }

  /** The tags of a secret. Shared as values are. */
  getTags(id: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const command = new DescribeSecretCommand({ SecretId: id });
    return this.#options.flights.run(JSON.stringify(['tags', id]), signal, async (shared) => {
      const call = { name: 'DescribeSecret', action: `describe secret ${id}`, signal: shared };
      const { Tags = [] } = await this.#call(call, (options) => this.#client.send(command, options));
      return new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    });
  }

  /** Names of all secrets, page by page. */
  async *listNames(signal: AbortSignal): AsyncGenerator<string[]> {
    let token: string | undefined;
    do {
      const command = new ListSecretsCommand(token === undefined ? {} : { NextToken: token });
      const call = { name: 'ListSecrets', action: 'list secrets', signal };
      const page = await this.#call(call, (options) => this.#client.send(command, options));
      yield (page.SecretList ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
      token = page.NextToken;
    } while (token);
  }

  /** Secrets that all filters admit, page by page. Secrets that AWS cannot read on their own are left out, as by upstream. */
  async *batch(filters: readonly Filter[], signal: AbortSignal): AsyncGenerator<NamedSecretValue[]> {
    let token: string | undefined;
    do {
      const command = new BatchGetSecretValueCommand({ Filters: [...filters], ...(token ? { NextToken: token } : {}) });
      const call = { name: 'BatchGetSecretValue', action: 'read secrets in a batch', signal };
      const page = await this.#call(call, (options) => this.#client.send(command, options));
      yield (page.SecretValues ?? []).flatMap(({ Name, SecretString, SecretBinary }) =>
        Name === undefined ? [] : [{ name: Name, text: SecretString, binary: SecretBinary }],
      );
      token = page.NextToken;
    } while (token);
  }

  /** Ends all connections. */
  close(): void {
    this.#client.destroy();
  }

  async #call<T>(
    { name, action, signal }: { readonly name: string; readonly action: string; readonly signal: AbortSignal },
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#options.metrics.track(name, () => send({ abortSignal: signal }));
    } catch (error) {
      signal.throwIfAborted();
      if (isAbsence(error))
        throw new ProviderError('SECRET_NOT_FOUND', `cannot ${action}: it does not exist in AWS Secrets Manager`, {
          field: 'remoteRef.key',
          cause: error,
        });
      throw awsFailure(error, {
        service: 'AWS Secrets Manager',
        region: this.#options.region,
        action,
        field: 'remoteRef.key',
        invalidRequest: 'INVALID_REQUEST',
      });
    }
  }
}

/** A secret that is on its way out answers with an error of another name, which is only told apart by its text. */
function isAbsence(error: unknown): boolean {
  if (!isAwsError(error)) return false;
  if (error.name === 'ResourceNotFoundException') return true;
  return (
    ['InvalidRequestException', 'InvalidParameterException'].includes(error.name) &&
    /\bmarked (for deletion|deleted)\b/.test(error.message)
  );
}
