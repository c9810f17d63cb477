import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueResponse,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type ApiCallMetrics, ProviderError } from '@eso/api/server';
import { type Asked, awsError } from './aws-error.ts';
import { type CredentialProvider, sdkSettings } from './sdk-settings.ts';
import { SingleFlight } from './single-flight.ts';

/** The value of a secret as AWS keeps it. */
export interface StoredValue {
  readonly text?: string;
  readonly binary?: Uint8Array;
}

/** A secret of a batch. */
export interface FoundValue extends StoredValue {
  readonly name: string;
}

/** One page of a batch: what was found, and what could not be read. */
export interface BatchPage {
  readonly values: readonly FoundValue[];
  readonly errors: readonly { readonly name: string; readonly error: string }[];
}

export interface SecretsApiOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: CredentialProvider;
  readonly metrics: ApiCallMetrics;
}

/** The calls to AWS Secrets Manager that reading needs, with errors in the words of the contract. */
export class SecretsApi {
  readonly #client: SecretsManagerClient;
  readonly #metrics: ApiCallMetrics;
  readonly #values = new SingleFlight<StoredValue>();

  constructor({ region, endpoint, credentials, metrics }: SecretsApiOptions) {
    this.#client = new SecretsManagerClient(sdkSettings(region, endpoint, credentials));
    this.#metrics = metrics;
  }

  /**
   * The value of one version of a secret. Callers who ask for the same at the same time share one request.
   * @param version `uuid/<version id>`, a stage, or empty for AWSCURRENT
   */
  value(secretId: string, version: string, signal: AbortSignal): Promise<StoredValue> {
    return this.#values.run(JSON.stringify([secretId, version]), signal, (shared) =>
      this.#value(secretId, version, shared),
    );
  }

  /** The tags of a secret. */
  async tags(secretId: string, signal: AbortSignal): Promise<Map<string, string>> {
    const asked = { call: 'DescribeSecret', secret: secretId };
    const answer = await this.#ask(asked, signal, () =>
      this.#client.send(new DescribeSecretCommand({ SecretId: secretId }), { abortSignal: signal }),
    );
    return new Map((answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  /** The names of all secrets, page by page. */
  async *names(signal: AbortSignal): AsyncGenerator<string[]> {
    let token: string | undefined;
    do {
      const input = token === undefined ? {} : { NextToken: token };
      const answer = await this.#ask({ call: 'ListSecrets' }, signal, () =>
        this.#client.send(new ListSecretsCommand(input), { abortSignal: signal }),
      );
      yield (answer.SecretList ?? []).flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
      token = answer.NextToken;
    } while (token);
  }

  /** The values of all secrets that satisfy every filter, page by page. */
  async *batch(filters: Filter[], signal: AbortSignal): AsyncGenerator<BatchPage> {
    let token: string | undefined;
    do {
      const input = { Filters: filters, ...(token === undefined ? {} : { NextToken: token }) };
      const answer = await this.#ask({ call: 'BatchGetSecretValue' }, signal, () =>
        this.#client.send(new BatchGetSecretValueCommand(input), { abortSignal: signal }),
      );
      yield pageOf(answer);
      token = answer.NextToken;
    } while (token);
  }

  /** Ends idle connections. */
  close(): void {
    this.#client.destroy();
  }

  async #value(secretId: string, version: string, signal: AbortSignal): Promise<StoredValue> {
    const input = { SecretId: secretId, ...versionInput(version) };
    const { SecretString: text, SecretBinary: binary } = await this.#ask(
      { call: 'GetSecretValue', secret: secretId },
      signal,
      () => this.#client.send(new GetSecretValueCommand(input), { abortSignal: signal }),
    );
    return { ...(text === undefined ? {} : { text }), ...(binary === undefined ? {} : { binary }) };
  }

  async #ask<T>(asked: Asked, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    try {
      return await this.#metrics.track(asked.call, send);
    } catch (thrown) {
      throw awsError(thrown, asked, signal);
    }
  }
}

function versionInput(version: string): { VersionId: string } | { VersionStage: string } {
  if (version.startsWith('uuid/')) return { VersionId: version.slice('uuid/'.length) };
  return { VersionStage: version || 'AWSCURRENT' };
}

function pageOf({ SecretValues = [], Errors = [] }: BatchGetSecretValueResponse): BatchPage {
  return {
    values: SecretValues.flatMap(({ Name: name, SecretString: text, SecretBinary: binary }) =>
      name === undefined
        ? []
        : [{ name, ...(text === undefined ? {} : { text }), ...(binary === undefined ? {} : { binary }) }],
    ),
    errors: Errors.map(({ SecretId = '', ErrorCode = '' }) => ({ name: SecretId, error: ErrorCode })),
  };
}

/**
 * The bytes of a value.
 * @throws ProviderError PROPERTY_NOT_FOUND when the secret has neither text nor bytes
 */
export function bytesOf({ text, binary }: StoredValue, secret: string): Uint8Array {
  if (text !== undefined) return Buffer.from(text, 'utf8');
  if (binary !== undefined) return binary;
  throw new ProviderError('PROPERTY_NOT_FOUND', `secret ${secret} has no secret string nor binary`, {
    field: 'remoteRef.key',
    nextStep: 'put a value into the secret in AWS',
  });
}
