import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { AwsProxy } from '@eso/testing';
import { AwsLab } from './aws-lab.ts';
import { Pushes } from './pushes.ts';

/** The mark of what this operator has written. */
export const MARK = { Key: 'managed-by', Value: 'external-secrets' };

/** A lab for pushes to Secrets Manager: what the provider asks of AWS is recorded, and what AWS holds is looked at past it. */
export class PushLab {
  readonly lab: AwsLab;
  readonly proxy: AwsProxy;
  readonly pushes: Pushes;

  private constructor(lab: AwsLab, proxy: AwsProxy) {
    this.lab = lab;
    this.proxy = proxy;
    this.pushes = new Pushes(lab);
  }

  /** Starts it with the configs `plain` and `prefixed` (`app/`). */
  static async start(): Promise<PushLab> {
    const proxies: AwsProxy[] = [];
    const lab = await AwsLab.start({
      endpoints: async (url) => {
        const started = await AwsProxy.start(url);
        proxies.push(started);
        return { secretsManager: started.url, sts: url };
      },
    });
    const [proxy] = proxies;
    if (!proxy) throw new Error('the lab asked for no endpoints');
    lab.config('plain');
    lab.config('prefixed', { prefix: 'app/' });
    return new PushLab(lab, proxy);
  }

  /** Creates a secret past the provider. Default: with the value `v` and the mark. */
  create(Name: string, more: Partial<CreateSecretCommandInput> = { SecretString: 'v', Tags: [MARK] }) {
    return this.lab.aws.send(new CreateSecretCommand({ Name, ...more }));
  }

  /** What a secret holds. */
  async stored(id: string, version?: string) {
    const command = new GetSecretValueCommand({ SecretId: id, ...(version ? { VersionStage: version } : {}) });
    const { SecretString, SecretBinary, VersionId } = await this.lab.aws.send(command);
    return { text: SecretString, binary: SecretBinary && Buffer.from(SecretBinary).toString(), version: VersionId };
  }

  describe(id: string) {
    return this.lab.aws.send(new DescribeSecretCommand({ SecretId: id }));
  }

  async tags(id: string): Promise<Record<string, string | undefined>> {
    return Object.fromEntries(((await this.describe(id)).Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value]));
  }

  /** What the provider asked AWS for since the last reset. */
  get operations(): string[] {
    return this.proxy.requests.map(({ operation }) => operation);
  }

  /** What it asked one operation for. */
  sent(operation: string): Record<string, unknown>[] {
    return this.proxy.of(operation).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    await this.lab.stop();
    await this.proxy.stop();
  }
}
