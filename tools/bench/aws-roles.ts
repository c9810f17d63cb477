import { type SecretStore, secretStores } from '@eso/api/resources';
import { type KubeClient, namespaces, secrets } from '@eso/kube';
import { type AwsAnswer, AwsProxy, type AwsRequest, Installation, ownControlPlane, startMoto } from '@eso/testing';
import { step } from '../setup.mjs';
import { rssMiB } from './processes.ts';
import { until } from './syncing-system.ts';

/** Name of the store, and of the Secret with its keys, in the namespace of each tenant. */
export const AWS_STORE = 'aws';
/** Name of the remote secret that every role reads, each its own. */
export const AWS_KEY = 'db';
const REGION = 'eu-central-1';
const ACCOUNT = '222222222222';

/**
 * An installation with provider-aws and tenants who each assume a role of their own. AWS is an emulator behind a proxy, which counts
 * logins, decides how long they last, and answers reads by itself: with the name of the role that the request is signed as.
 */
export class AwsRoles {
  readonly installation: Installation;
  readonly client: KubeClient;
  /** Directory of core's client certificate. */
  readonly certificates: string;
  /** How long logins last, seconds; undefined: as long as they were asked for. */
  lifeSeconds: number | undefined;
  logins = 0;
  reads = 0;
  readonly #roles = new Map<string, string>();

  private constructor(installation: Installation, client: KubeClient, proxy: AwsProxy) {
    this.installation = installation;
    this.client = client;
    this.certificates = installation.core.volumes['certs'] ?? '';
    proxy.script = async (request, forward) => {
      // They would only fill the memory of the benchmark.
      proxy.requests.length = 0;
      if (request.operation === 'AssumeRole') return this.#login(request, await forward());
      if (request.operation === 'GetSecretValue') return this.#read(request);
      return undefined;
    };
  }

  /**
   * Starts everything, measures, and ends everything, whatever comes.
   * @param flags of provider-aws
   */
  static async with<T>(measure: (roles: AwsRoles) => Promise<T>, flags: readonly string[] = []): Promise<T> {
    step('control plane, emulator and installation start');
    const [{ cluster }, moto] = await Promise.all([ownControlPlane(), startMoto({ progress: step })]);
    const proxy = await AwsProxy.start(moto.url);
    const env = { AWS_SECRETSMANAGER_ENDPOINT: proxy.url, AWS_STS_ENDPOINT: proxy.url };
    try {
      const options = { cluster, tenants: 'all', providers: { aws: { env, flags } }, progress: step } as const;
      const installation = await Installation.start(options);
      return await measure(new AwsRoles(installation, cluster.client(), proxy));
    } finally {
      await cluster.stop();
      await proxy.stop();
      await moto.stop();
    }
  }

  /** Process number of provider-aws. */
  get pid(): number {
    return this.installation.providers['aws']?.pid ?? 0;
  }

  /** Memory that provider-aws has resident now, MiB. */
  get rssMiB(): number {
    return rssMiB(this.pid);
  }

  /** The value that the role of a tenant reads. */
  static valueOf(tenant: string): string {
    return `value of ${tenant}`;
  }

  /** A namespace with a store whose role is named after it. */
  async addTenant(tenant: string): Promise<SecretStore> {
    const metadata = { name: AWS_STORE, namespace: tenant };
    await this.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenant } });
    const data = Object.fromEntries(
      [
        ['id', 'AKIABENCH00000000000'],
        ['secret', 'any'],
      ].map(([key = '', value = '']) => [key, Buffer.from(value).toString('base64')]),
    );
    await this.client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    const keyRef = (key: string) => ({ name: AWS_STORE, key });
    const auth = { secretRef: { accessKeyIDSecretRef: keyRef('id'), secretAccessKeySecretRef: keyRef('secret') } };
    const aws = { service: 'SecretsManager', region: REGION, role: `arn:aws:iam::${ACCOUNT}:role/${tenant}`, auth };
    return this.client.create(secretStores, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata,
      spec: { provider: { aws } },
    });
  }

  /** Waits until the stores of all tenants are Ready. @throws Error when that takes longer than ten minutes */
  async allReady(count: number): Promise<void> {
    const ready = async (): Promise<boolean> => {
      const { items } = await this.client.list(secretStores);
      const isReady = ({ status }: SecretStore): boolean =>
        status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
      return items.filter(isReady).length === count;
    };
    await until(`${count} stores are Ready`, ready, 600_000);
  }

  /** A sample of a metric of provider-aws: the sum over all series of that name whose labels hold `label`. */
  async metric(name: string, label = ''): Promise<number> {
    const pod = this.installation.providers['aws'];
    const text = pod ? await this.installation.metrics(pod) : '';
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  #login({ body }: AwsRequest, answer: AwsAnswer): AwsAnswer {
    if (answer.status !== 200) return answer;
    this.logins += 1;
    const role = new URLSearchParams(body).get('RoleArn')?.split('/').at(-1) ?? '';
    this.#roles.set(/<AccessKeyId>([^<]+)</.exec(answer.body)?.[1] ?? '', role);
    if (this.lifeSeconds === undefined) return answer;
    const end = new Date(Date.now() + this.lifeSeconds * 1_000).toISOString();
    return { ...answer, body: answer.body.replace(/(<Expiration>)[^<]+/, `$1${end}`) };
  }

  #read({ accessKeyId }: AwsRequest): AwsAnswer {
    this.reads += 1;
    const SecretString = AwsRoles.valueOf(this.#roles.get(accessKeyId) ?? 'nobody');
    return { status: 200, body: JSON.stringify({ Name: AWS_KEY, SecretString }) };
  }
}
