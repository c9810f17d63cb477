import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExternalSecret, externalSecrets, type Provider, providers } from '@eso/api/resources';
import { type ProviderDefinition, ProviderError, type Validation } from '@eso/api/server';
import { startTestProvider, type TestProvider } from '@eso/api/testing';
import { Child } from '@eso/control-plane/child.mjs';
import { freePort } from '@eso/control-plane/ports.mjs';
import { events, isKubeError, type KubeClient, type Secret, secrets, services } from '@eso/kube';
import {
  ApiFaultProxy,
  eventually,
  LAB_SERVER_NAME,
  LAB_SERVICE,
  type OwnControlPlane,
  ownControlPlane,
  TlsLab,
  workspaceRoot,
} from '@eso/testing';
import { labKube } from './lab-kube.ts';
import { ADDRESS, labDefinition, REF, service, SHARED } from './lab-provider.ts';

/** Time in which core has to write nothing to count as at rest, in milliseconds. */
const QUIET_MS = 1_000;

/**
 * Core as its own process, from source, with the rights that its chart gives it, between a real API server (through a proxy
 * that tests control) and a real provider over TLS whose values they set. A process of its own has a heap of its own: what
 * core keeps can be told from what the test keeps.
 */
export class CoreProcess {
  readonly own: OwnControlPlane;
  readonly admin: KubeClient;
  readonly proxy: ApiFaultProxy;
  /** What the provider holds, by remote key. */
  readonly backend = new Map<string, string>();
  /** Remote keys for which the backend does not answer. */
  readonly broken = new Set<string>();
  /** What the provider says about every config. */
  validate = (): Promise<Validation> => Promise.resolve({ kind: 'valid' });
  /** Calls for a value that the provider got. */
  fetches = 0;
  /** What the provider waits for before it answers a call for a value. */
  hold: (key: string) => Promise<void> = () => Promise.resolve();
  /** The same by remote key. */
  readonly fetchesOf = new Map<string, number>();
  readonly #flags: readonly string[];
  readonly #lab: TlsLab;
  #provider: TestProvider | undefined;
  #child: Child | undefined;
  #start: () => Promise<Child> = () => Promise.reject(new Error('not prepared'));
  #dir = '';
  #ports = { metrics: 0, health: 0 };

  private constructor(own: OwnControlPlane, lab: TlsLab, proxy: ApiFaultProxy, flags: readonly string[]) {
    this.own = own;
    this.#flags = flags;
    this.admin = own.cluster.client();
    this.#lab = lab;
    this.proxy = proxy;
  }

  /** @param flags beside those that the test bed needs; a later one of the same name holds */
  static async start({ flags = [] }: { readonly flags?: readonly string[] } = {}): Promise<CoreProcess> {
    const own = await ownControlPlane();
    const { url, caFile } = own.cluster;
    const core = new CoreProcess(own, await TlsLab.create(), await ApiFaultProxy.start({ url, caFile }), flags);
    try {
      await core.#prepare();
      await core.restart();
      return core;
    } catch (error) {
      await core.stop();
      throw error;
    }
  }

  /** Ends the process, if there is one, and starts another; waits until that one is ready. */
  async restart({ whileStopped }: { whileStopped?: () => Promise<unknown> } = {}): Promise<void> {
    await this.#child?.stop();
    await whileStopped?.();
    const child = await this.#start();
    this.#child = child;
    await eventually(async () => {
      if (child.exit) throw new Error(child.describeExit());
      const { ok } = await fetch(`http://127.0.0.1:${this.#ports.health}/readyz`);
      expect(ok).toBe(true);
    });
  }

  /** Kills the process, as a node that loses its power; {@link restart} starts another. */
  async crash(): Promise<void> {
    this.#child?.signal('SIGKILL');
    await this.#child?.exited;
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
    await this.proxy.stop();
    await this.#provider?.stop();
    await this.own.cluster.stop();
    await this.#lab.remove();
  }

  /** A namespace with a store `backend` that is ready. */
  async tenant(): Promise<string> {
    const namespace = await this.own.cluster.createNamespace('tenant');
    await this.createStore(namespace);
    await eventually(async () => {
      const store = await this.admin.get(providers, { namespace, name: 'backend' });
      expect(store.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    });
    return namespace;
  }

  /** Creates a config that the provider finds. */
  config(namespace: string): void {
    const { apiVersion, kind, name } = REF;
    this.#provider?.objects.apply({ apiVersion, kind, metadata: { namespace, name } });
  }

  createStore(namespace: string): Promise<Provider> {
    this.config(namespace);
    return this.admin.create(providers, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'Provider',
      metadata: { namespace, name: 'backend' },
      spec: { address: ADDRESS, providerRef: REF },
    });
  }

  /** An ExternalSecret that takes the values of these keys once an hour. */
  create(
    namespace: string,
    name: string,
    keys: readonly string[],
    more: { spec?: Partial<ExternalSecret['spec']>; metadata?: Partial<ExternalSecret['metadata']> } = {},
  ): Promise<ExternalSecret> {
    return this.admin.create(externalSecrets, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { ...more.metadata, namespace, name },
      spec: {
        refreshInterval: '1h',
        secretStoreRef: { kind: 'Provider', name: 'backend' },
        data: keys.map((key) => ({ secretKey: key, remoteRef: { key } })),
        ...more.spec,
      },
    });
  }

  /** Waits until the Ready condition has this status, and returns its message. */
  ready(namespace: string, name: string, wanted = 'True'): Promise<string> {
    return eventually(async () => {
      const { status } = await this.admin.get(externalSecrets, { namespace, name });
      const condition = status?.conditions?.find(({ type }) => type === 'Ready');
      expect(condition?.status).toBe(wanted);
      return condition?.message ?? '';
    });
  }

  async secret(namespace: string, name: string): Promise<Secret | undefined> {
    try {
      return await this.admin.get(secrets, { namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async deleteSecret(namespace: string, name: string): Promise<void> {
    await this.admin.delete(secrets, { namespace, name });
  }

  /** Waits until a Secret holds these values and no others. */
  async holds(namespace: string, name: string, values: Record<string, string>, timeoutMs = 20_000): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    await eventually(async () => expect((await this.secret(namespace, name))?.data).toEqual(data), { timeoutMs });
  }

  /** Waits until core writes nothing any more. */
  async atRest(): Promise<void> {
    await eventually(async () => {
      const before = this.proxy.writes.length;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      expect(this.proxy.writes).toHaveLength(before);
      expect(await this.metrics()).toMatch(/^controller_runtime_active_workers\{controller="externalsecret"\} 0$/m);
    });
  }

  get healthPort(): number {
    return this.#ports.health;
  }

  /** What happened to the ExternalSecrets of a namespace, or to one, as users read it in events, once nothing more happens. */
  async happened(namespace: string, name?: string): Promise<string[]> {
    await this.atRest();
    const { items } = await this.admin.list(events, { namespace });
    return items
      .filter(({ involvedObject: { kind } }) => kind === 'ExternalSecret')
      .filter(({ involvedObject }) => name === undefined || involvedObject.name === name)
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
      .sort();
  }

  /** Merges this into an ExternalSecret, as its user would. */
  edit(namespace: string, name: string, body: object): Promise<ExternalSecret> {
    return this.admin.patch(externalSecrets, { namespace, name }, body, { type: 'merge' });
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#ports.metrics}/metrics`)).text();
  }

  /** Passes over objects of a kind that ended in an error so far. */
  async reconcileErrors(kind = 'ExternalSecret'): Promise<number> {
    const series = `controller_runtime_reconcile_errors_total{controller="${kind.toLowerCase()}"} `;
    const line = (await this.metrics()).split('\n').find((text) => text.startsWith(series));
    return Number(line?.slice(series.length) ?? 0);
  }

  /** Everything that core has written to its log, over all its starts. */
  log(): Promise<string> {
    return readFile(join(this.#dir, 'log'), 'utf8');
  }

  /** Everything reachable in core's heap, as text. */
  async heap(): Promise<string> {
    const before = await readdir(this.#dir);
    this.#child?.signal('SIGUSR2');
    return eventually(async () => {
      const file = (await readdir(this.#dir)).find((name) => name.endsWith('.heapsnapshot') && !before.includes(name));
      const text = await readFile(join(this.#dir, file ?? 'none yet'), 'utf8');
      // The strings stand last in it.
      if (!/\]\s*\}\s*$/.test(text)) throw new Error('still being written');
      return text;
    });
  }

  async #prepare(): Promise<void> {
    const { cluster } = this.own;
    await cluster.installCrds();
    await cluster.applyAdmission();
    await cluster.ensureNamespace('external-secrets');
    await cluster.ensureNamespace(LAB_SERVICE.namespace);
    await cluster.applyRights({ chart: 'external-secrets', tenantNamespaces: 'all' });
    await this.admin.create(services, service(LAB_SERVICE.namespace, LAB_SERVICE.service, SHARED));
    const clientDir = await this.#lab.directory(await this.#lab.client());
    const serverDir = await this.#lab.directory(await this.#lab.server());
    const tls = { serverDir, clientDir, serverName: LAB_SERVER_NAME };
    this.#provider = await startTestProvider({
      definition: this.#definition(),
      tls,
      kube: (objects) => labKube(this.admin, objects),
      allowUnnamedStores: false,
    });
    const kubeconfig = await cluster.kubeconfigFor({ namespace: 'external-secrets', name: 'external-secrets' });
    await this.proxy.redirect(kubeconfig);
    this.#dir = await mkdtemp(join(cluster.state.dir, 'core-'));
    this.#ports = { metrics: await freePort(), health: await freePort() };
    const overrides = join(this.#dir, 'endpoints.yaml');
    const endpoint = `${LAB_SERVICE.namespace}/${LAB_SERVICE.service}:8080: 127.0.0.1:${this.#provider.port}\n`;
    await writeFile(overrides, endpoint);
    this.#start = () =>
      Child.start({
        name: 'core',
        command: process.execPath,
        args: [
          '--conditions=@eso/source',
          '--heapsnapshot-signal=SIGUSR2',
          join(workspaceRoot, 'apps', 'core', 'src', 'main.ts'),
          `--client-cert-dir=${clientDir}`,
          `--endpoint-overrides=${overrides}`,
          `--metrics-addr=127.0.0.1:${this.#ports.metrics}`,
          `--live-addr=127.0.0.1:${this.#ports.health}`,
          '--enable-leader-election=false',
          ...this.#flags,
        ],
        env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, POD_NAMESPACE: 'external-secrets' },
        logFile: join(this.#dir, 'log'),
        cwd: this.#dir,
      });
  }

  #definition(): ProviderDefinition {
    return labDefinition({
      getSecret: async ({ key }) => Buffer.from(await this.#value(key)),
      getSecretMap: async ({ key }) => {
        const document = JSON.parse(await this.#value(key)) as Record<string, string>;
        return new Map(Object.entries(document).map(([name, value]) => [name, Buffer.from(value)]));
      },
      validate: () => this.validate(),
    });
  }

  async #value(key: string): Promise<string> {
    this.fetches++;
    this.fetchesOf.set(key, (this.fetchesOf.get(key) ?? 0) + 1);
    if (this.broken.has(key)) throw new ProviderError('BACKEND_UNAVAILABLE', 'the backend does not answer');
    await this.hold(key);
    const value = this.backend.get(key);
    if (value === undefined) throw new ProviderError('SECRET_NOT_FOUND', `secret ${key} does not exist`);
    return value;
  }
}
