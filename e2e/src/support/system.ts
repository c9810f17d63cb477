import {
  type ExternalSecret,
  type ExternalSecretCondition,
  externalSecrets,
  type Provider,
  providers,
} from '@eso/api/resources';
import { type CoreEvent, events, isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import {
  type ControlPlaneOptions,
  eventually,
  Installation,
  type InstallationOptions,
  type OwnControlPlane,
  ownControlPlane,
  providerAddress,
  type TestCluster,
} from '@eso/testing';

/** A control plane with an installation on it, and what tests ask of both. One for each test file. */
export class System implements AsyncDisposable {
  readonly own: OwnControlPlane;
  readonly installation: Installation;

  private constructor(own: OwnControlPlane, installation: Installation) {
    this.own = own;
    this.installation = installation;
  }

  /**
   * @param prepare runs on the control plane before anything is installed
   * @param controlPlane how the control plane is started
   */
  static async start(
    options: Omit<InstallationOptions, 'cluster'>,
    prepare: (cluster: TestCluster) => Promise<void> = () => Promise.resolve(),
    controlPlane: ControlPlaneOptions = {},
  ): Promise<System> {
    const own = await ownControlPlane(controlPlane);
    try {
      await prepare(own.cluster);
      return new System(own, await Installation.start({ cluster: own.cluster, ...options }));
    } catch (error) {
      await own.cluster.stop();
      throw error;
    }
  }

  get admin(): KubeClient {
    return this.own.cluster.client();
  }

  /** `kubectl apply`, as a user does it. */
  apply(yaml: string): Promise<void> {
    return this.own.cluster.apply(yaml);
  }

  /** @throws Error with what kubectl printed, unless it succeeded */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout, stderr, code } = await this.own.cluster.kubectl(...args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Waits until the ExternalSecret is Ready. @throws Error with its condition, after the time */
  ready(namespace: string, name: string, timeoutMs = 30_000): Promise<ExternalSecretCondition> {
    return this.#condition(namespace, name, 'True', timeoutMs);
  }

  /** Waits until the ExternalSecret is not Ready, with this code in the message. */
  async failed(namespace: string, name: string, code: string, timeoutMs = 30_000): Promise<ExternalSecretCondition> {
    return eventually(
      async () => {
        const condition = await this.#condition(namespace, name, 'False', 0);
        if (!condition.message?.includes(`[${code}]`))
          throw new Error(`waiting for [${code}]: ${condition.message ?? ''}`);
        return condition;
      },
      { timeoutMs },
    );
  }

  /** Waits until a Provider's Ready condition has this status and reason. */
  providerReady(namespace: string, name: string, status: string, reason: string, timeoutMs = 30_000): Promise<string> {
    return eventually(
      async () => {
        const provider: Provider = await this.admin.get(providers, { namespace, name });
        const ready = provider.status?.conditions?.find(({ type }) => type === 'Ready');
        if (ready?.status !== status || ready.reason !== reason)
          throw new Error(`Provider ${name} is not ${status}/${reason}: ${JSON.stringify(ready)}`);
        return ready.message ?? '';
      },
      { timeoutMs },
    );
  }

  externalSecret(namespace: string, name: string): Promise<ExternalSecret> {
    return this.admin.get(externalSecrets, { namespace, name });
  }

  secret(namespace: string, name: string): Promise<Secret> {
    return this.admin.get(secrets, { namespace, name });
  }

  /** The values of a Secret as text; undefined when there is none. */
  async values(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    try {
      const { data } = await this.secret(namespace, name);
      return Object.fromEntries(
        Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
      );
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** Waits until a Secret holds exactly these values. */
  async holds(namespace: string, name: string, values: Record<string, string>, timeoutMs = 30_000): Promise<void> {
    await eventually(async () => expect(await this.values(namespace, name)).toEqual(values), { timeoutMs });
  }

  /** Events about an object, oldest first. */
  async events(namespace: string, name: string): Promise<CoreEvent[]> {
    const { items } = await this.admin.list(events, { namespace, fieldSelector: `involvedObject.name=${name}` });
    return items;
  }

  /** Waits for a Warning event about an object that contains a text. */
  async warned(namespace: string, name: string, text: string): Promise<void> {
    await eventually(async () => {
      const warnings = (await this.events(namespace, name)).filter(({ type }) => type === 'Warning');
      expect(warnings.map(({ message }) => message).join('\n')).toContain(text);
    });
  }

  stop(): Promise<void> {
    return this.own.cluster.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #condition(
    namespace: string,
    name: string,
    status: string,
    timeoutMs: number,
  ): Promise<ExternalSecretCondition> {
    return eventually(
      async () => {
        const es = await this.externalSecret(namespace, name);
        const ready = es.status?.conditions?.find(({ type }) => type === 'Ready');
        if (ready?.status !== status)
          throw new Error(`ExternalSecret ${name} is not Ready=${status}: ${JSON.stringify(ready)}`);
        return ready;
      },
      { timeoutMs },
    );
  }
}

/** A Fake config and a Provider of the same name that points at it. */
export function fakeStore(namespace: string, name: string, data: Readonly<Record<string, string>>): string {
  return `${fakeConfig(namespace, name, data)}---
${providerManifest(namespace, name, 'fake', `{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: ${name} }`)}`;
}

/** A Fake config. */
export function fakeConfig(namespace: string, name: string, data: Readonly<Record<string, string>>): string {
  return `apiVersion: provider.external-secrets.io/v2alpha1
kind: Fake
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  data: ${JSON.stringify(Object.entries(data).map(([key, value]) => ({ key, value })))}
`;
}

/** A Provider at the process of that name, or at another address. */
export function providerManifest(
  namespace: string,
  name: string,
  process: string,
  providerRef: string,
  address = providerAddress(process),
): string {
  return `apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  address: ${address}
  providerRef: ${providerRef}
`;
}

/**
 * An ExternalSecret that refreshes each second unless told otherwise; `spec` is the rest of its spec, as YAML in flow or block
 * style. A refresh each second heals whatever broke: what a test is to notice needs `1h`.
 */
export function externalSecretManifest(
  namespace: string,
  name: string,
  store: string,
  spec: string,
  refreshInterval = '1s',
): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  refreshInterval: ${refreshInterval}
  secretStoreRef: { kind: Provider, name: ${store} }
${spec.replaceAll(/^/gm, '  ')}
`;
}

/** `data` that takes whole values under their own names. */
export function wholeValues(...keys: string[]): string {
  return `data:\n${keys.map((key) => `  - { secretKey: ${key}, remoteRef: { key: ${key} } }`).join('\n')}`;
}
