import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CA_SECRET, CLIENT_TLS_SECRET, DEFAULT_PROVIDER_TLS_SECRET } from '@eso/api/resources';
import { type CoreEvent, events, isKubeError, type KubeClient, type Secret, secrets, services } from '@eso/kube';
import { applyManifest, eventually, parseManifests, placeRights, type TestCluster, workspaceRoot } from '@eso/testing';
import { secretEntry } from '../secret-data.ts';
import { RunningController, type RunningControllerOptions } from './running-controller.ts';
import { SecretHistory } from './secret-history.ts';

/** Parts of the names of Secrets that providers of one namespace may use beside the default one. */
const MORE_SECRETS = ['external-secrets-provider-tls-two'];

type HarnessParts = Pick<Harness, 'admin' | 'namespace' | 'providerNamespaces' | 'client' | 'kubeconfig' | 'keyFile'>;

/** A namespace of core, namespaces of providers, and the controller's ServiceAccount with its shipped rights. */
export class Harness implements AsyncDisposable {
  readonly admin: KubeClient;
  /** Namespace of core. */
  readonly namespace: string;
  readonly providerNamespaces: readonly string[];
  /** Client with the rights of the controller. */
  readonly client: KubeClient;
  /** Kubeconfig with the rights of the controller. */
  readonly kubeconfig: string;
  readonly keyFile: string;
  /** Every state that any Secret of these namespaces was seen in. */
  readonly history: SecretHistory;

  readonly #running: RunningController[] = [];

  private constructor(parts: HarnessParts) {
    this.admin = parts.admin;
    this.namespace = parts.namespace;
    this.providerNamespaces = parts.providerNamespaces;
    this.client = parts.client;
    this.kubeconfig = parts.kubeconfig;
    this.keyFile = parts.keyFile;
    this.history = new SecretHistory(parts.admin, [parts.namespace, ...parts.providerNamespaces]);
  }

  static async start(cluster: TestCluster, providers = 1): Promise<Harness> {
    const namespace = await cluster.createNamespace('eso');
    const providerNamespaces = await Promise.all(
      Array.from({ length: providers }, () => cluster.createNamespace('provider')),
    );
    const admin = cluster.client();
    await applyRights(admin, namespace, providerNamespaces);
    const account = { namespace, name: 'cert-manager-controller' };
    const keyFile = join(await mkdtemp(join(tmpdir(), 'kek-')), 'kek');
    await writeFile(keyFile, randomBytes(32), { mode: 0o600 });
    const client = await cluster.clientFor(account);
    const kubeconfig = await cluster.kubeconfigFor(account);
    return new Harness({ admin, namespace, providerNamespaces, client, kubeconfig, keyFile });
  }

  get provider(): string {
    return this.providerNamespaces[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((running) => running.stop()));
    this.history.stop();
    await rm(dirname(this.keyFile), { recursive: true });
  }

  /** Starts the controller in this process, with the rights of its ServiceAccount; it ends with the harness. */
  run(options: RunningControllerOptions = {}): RunningController {
    const running = new RunningController(this, options);
    this.#running.push(running);
    return running;
  }

  /** Creates a provider's Service. @param secret value of the annotation that names its Secret */
  async createService(name: string, { namespace = this.provider, secret = '', label = 'true' } = {}): Promise<void> {
    await this.admin.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name,
        namespace,
        labels: { 'external-secrets.io/provider': label },
        ...(secret && { annotations: { 'external-secrets.io/provider-tls-secret': secret } }),
      },
      spec: { ports: [{ port: 8080 }] },
    });
  }

  /** Gives the controller the rights on further Secrets of the first namespace, as an administrator adds them. */
  async allow(names: readonly string[]): Promise<void> {
    const metadata = { name: 'more-secrets', namespace: this.provider };
    const verbs = ['get', 'list', 'watch', 'update'];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
    const subject = { kind: 'ServiceAccount', name: 'cert-manager-controller', namespace: this.namespace };
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata };
    const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: names, verbs }];
    await applyManifest(this.admin, { ...rbac, kind: 'Role', rules });
    await applyManifest(this.admin, { ...rbac, kind: 'RoleBinding', roleRef, subjects: [subject] });
  }

  relabel(name: string, value: string | null): Promise<unknown> {
    const body = { metadata: { labels: { 'external-secrets.io/provider': value } } };
    return this.admin.patch(services, { namespace: this.provider, name }, body, { type: 'merge' });
  }

  annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<unknown> {
    const body = { metadata: { annotations } };
    return this.admin.patch(services, { namespace: this.provider, name }, body, { type: 'merge' });
  }

  async secret(name = DEFAULT_PROVIDER_TLS_SECRET, namespace = this.provider): Promise<Secret | undefined> {
    try {
      return await this.admin.get(secrets, { namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  authoritySecret(): Promise<Secret | undefined> {
    return this.secret(CA_SECRET, this.namespace);
  }

  clientSecret(): Promise<Secret | undefined> {
    return this.secret(CLIENT_TLS_SECRET, this.namespace);
  }

  /** Waits for the Secret with a certificate other than this one. */
  newSecret(before?: Secret, name?: string, namespace?: string): Promise<Secret> {
    return eventually(async () => {
      const secret = await this.secret(name, namespace);
      if (secret === undefined || !secretEntry(secret, 'tls.crt')) throw new Error('no certificate yet');
      if (before && secretEntry(before, 'tls.crt') === secretEntry(secret, 'tls.crt'))
        throw new Error('the old one still');
      return secret;
    });
  }

  /** Waits for core's own, with a certificate other than this one. */
  newClientSecret(before?: Secret): Promise<Secret> {
    return this.newSecret(before, CLIENT_TLS_SECRET, this.namespace);
  }

  async events(namespace = this.provider): Promise<CoreEvent[]> {
    return (await this.admin.list(events, { namespace })).items;
  }

  /** Waits for an event. */
  event(reason: string, object: string, namespace?: string): Promise<CoreEvent> {
    return eventually(async () => {
      const found = (await this.events(namespace)).find((e) => e.reason === reason && e.involvedObject.name === object);
      if (!found) throw new Error(`no event ${reason} on ${object}`);
      return found;
    });
  }
}

/** The rights as the chart ships them, and further Secret names as its documentation says to add them. */
async function applyRights(admin: KubeClient, namespace: string, providerNamespaces: readonly string[]): Promise<void> {
  const path = join(workspaceRoot, 'charts', 'external-secrets', 'files', 'rbac.yaml');
  const text = (await readFile(path, 'utf8')).replace(
    `[${DEFAULT_PROVIDER_TLS_SECRET}]`,
    `[${[DEFAULT_PROVIDER_TLS_SECRET, ...MORE_SECRETS].join(', ')}]`,
  );
  const options = { chart: 'external-secrets', providerNamespaces, rename: { 'external-secrets': namespace } };
  // The chart's other rights are core's, and other tests' business.
  const own = parseManifests(text).filter(({ metadata }) => metadata.name.includes('cert-manager-controller'));
  for (const manifest of placeRights(own, options)) await applyManifest(admin, manifest);
}
