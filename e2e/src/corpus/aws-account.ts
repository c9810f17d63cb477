import {
  CreateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Moto, startMoto } from '@eso/testing';
import { type BackendEntry, textOf } from './corpus.ts';

const REGION = 'eu-central-1';
const KEYS = { accessKeyId: 'corpus', secretAccessKey: 'corpus' };

/** One AWS account for all stores of the corpus that need one: what finds by path and tags, and has metadata. */
export class AwsAccount {
  readonly region = REGION;
  readonly keys = KEYS;
  readonly #moto: Moto;
  readonly #client: SecretsManagerClient;
  readonly #parameters: SSMClient;

  private constructor(moto: Moto) {
    this.#moto = moto;
    this.#client = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: { ...KEYS } });
    this.#parameters = new SSMClient({ endpoint: moto.url, region: REGION, credentials: { ...KEYS } });
  }

  static async start(): Promise<AwsAccount> {
    return new AwsAccount(await startMoto());
  }

  /** What the provider's process has to be told to find it. */
  get env(): Record<string, string> {
    const { url } = this.#moto;
    return { AWS_SECRETSMANAGER_ENDPOINT: url, AWS_SSM_ENDPOINT: url, AWS_STS_ENDPOINT: url };
  }

  /** Creates a secret; its version becomes a staging label. */
  async put({ key, version, value, tags = {} }: BackendEntry): Promise<void> {
    const created = await this.#client.send(
      new CreateSecretCommand({
        Name: key,
        SecretString: textOf(value),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    if (version === undefined) return;
    const { VersionId } = created;
    await this.#client.send(
      new UpdateSecretVersionStageCommand({ SecretId: key, VersionStage: version, MoveToVersionId: VersionId }),
    );
  }

  /** Creates an encrypted parameter. */
  async putParameter({ key, value }: Pick<BackendEntry, 'key' | 'value'>): Promise<void> {
    await this.#parameters.send(new PutParameterCommand({ Name: key, Value: textOf(value), Type: 'SecureString' }));
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    this.#parameters.destroy();
    await this.#moto.stop();
  }
}
