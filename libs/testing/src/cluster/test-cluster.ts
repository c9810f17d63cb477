import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isKubeError, KubeClient, type KubeObject, loadConnection, namespaces, serviceAccounts } from '@eso/kube';
import type { ControlPlaneState } from '@eso/control-plane/control-plane.mjs';
import { kubeconfig } from '@eso/control-plane/credentials.mjs';
import { type KubeletOptions, LocalKubelet } from '@eso/control-plane/kubelet.mjs';
import { type AdmissionOptions, applyAdmission } from './admission.ts';
import { installCrds } from './crds.ts';
import type { Manifest } from './manifest.ts';
import { applyRights, grantRights, type RightsOptions, type RoleRule } from './rights.ts';
import type { Origins } from '../workspace.ts';

/** Names a ServiceAccount. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** How a run of kubectl ended. */
export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code. */
  readonly code: number;
}

/** How long a token of `kubeconfigFor` is good for, seconds: longer than any test. */
const TOKEN_SECONDS = 3_600;

/** A real API server, with what tests do to it. */
export class TestCluster implements AsyncDisposable {
  /** Where it is, and with which files it can be reached. */
  readonly state: ControlPlaneState;
  /** Path of a kubeconfig with all rights. */
  readonly adminKubeconfig: string;
  readonly url: string;
  /** Path of the CA of its serving certificate, PEM. */
  readonly caFile: string;
  readonly #admin: KubeClient;
  readonly #clients: KubeClient[];
  readonly #kubelets: LocalKubelet[] = [];
  readonly #stopControlPlane: () => Promise<void>;

  private constructor(state: ControlPlaneState, admin: KubeClient, stopControlPlane: () => Promise<void>) {
    this.state = state;
    this.adminKubeconfig = state.adminKubeconfig;
    this.url = state.url;
    this.caFile = state.caFile;
    this.#admin = admin;
    this.#clients = [admin];
    this.#stopControlPlane = stopControlPlane;
  }

  /** @param stopControlPlane ends what `stop` has to end beside this process's own connections and pods */
  static async connect(state: ControlPlaneState, stopControlPlane: () => Promise<void>): Promise<TestCluster> {
    const connection = await loadConnection({ kubeconfig: state.adminKubeconfig });
    return new TestCluster(state, new KubeClient({ connection, userAgent: 'test-admin' }), stopControlPlane);
  }

  /** Client with all rights; closed by `stop`. */
  client(): KubeClient {
    return this.#admin;
  }

  /** Client with the rights of a ServiceAccount, which is created when it is absent; closed by `stop`. */
  async clientFor(account: ServiceAccountRef, userAgent = 'test'): Promise<KubeClient> {
    const connection = await loadConnection({ kubeconfig: await this.kubeconfigFor(account) });
    const client = new KubeClient({ connection, userAgent });
    this.#clients.push(client);
    return client;
  }

  /** Path of a kubeconfig with the rights of a ServiceAccount, which is created when it is absent. */
  async kubeconfigFor({ namespace, name }: ServiceAccountRef): Promise<string> {
    await this.#ensure(() => this.#admin.create(serviceAccounts, manifest('ServiceAccount', name, namespace)));
    const { token } = await this.#admin.createToken({ namespace, name }, { expirationSeconds: TOKEN_SECONDS });
    const dir = await mkdtemp(join(this.state.dir, 'kubeconfig-'));
    const path = join(dir, 'kubeconfig');
    const ca = await readFile(this.caFile, 'utf8');
    const userName = `system:serviceaccount:${namespace}:${name}`;
    await writeFile(path, kubeconfig({ url: this.url, ca, userName, user: { token }, namespace }), { mode: 0o600 });
    return path;
  }

  /** Creates a namespace with a name that no other test has, and returns the name. */
  async createNamespace(prefix = 'test'): Promise<string> {
    const name = `${prefix}-${randomBytes(4).toString('hex')}`;
    await this.#admin.create(namespaces, manifest('Namespace', name));
    return name;
  }

  /** Creates a namespace of this very name unless it is there. */
  async ensureNamespace(name: string): Promise<void> {
    await this.#ensure(() => this.#admin.create(namespaces, manifest('Namespace', name)));
  }

  /**
   * `kubectl apply` of a YAML text, as a user does it.
   * @throws Error with what kubectl printed
   */
  async apply(yaml: string): Promise<void> {
    const path = join(await mkdtemp(join(this.state.dir, 'apply-')), 'manifest.yaml');
    await writeFile(path, yaml, { mode: 0o600 });
    const { code, stderr } = await this.kubectl('apply', '--filename', path);
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  }

  /** Installs the CRDs of all charts and waits until they are served. */
  installCrds(charts?: Origins): Promise<void> {
    return installCrds(this.#admin, charts);
  }

  /** Applies the admission policies of all charts and waits until they are asked; the CRDs have to be there. */
  applyAdmission(options: AdmissionOptions = {}): Promise<void> {
    return applyAdmission(this.#admin, options);
  }

  /** Applies the rights of a chart; its namespaces have to exist. */
  applyRights(options: RightsOptions): Promise<void> {
    return applyRights(this.#admin, options);
  }

  /** Gives a ServiceAccount rights in its own namespace, by a Role of its name, or another one. */
  grant(account: ServiceAccountRef, rules: readonly RoleRule[], role?: string): Promise<void> {
    return grantRights(this.#admin, account, rules, role);
  }

  /** Runs the real kubectl with all rights, or with another kubeconfig given as `--kubeconfig=PATH`. */
  kubectl(...args: string[]): Promise<KubectlResult> {
    const env = {
      ...process.env,
      KUBECONFIG: this.adminKubeconfig,
      // Its discovery cache is by host and port, which another control plane may have had before.
      KUBECACHEDIR: join(this.state.dir, 'kubectl-cache'),
    };
    return new Promise((resolve) => {
      execFile(this.state.kubectl, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ stdout, stderr: error && stderr === '' ? error.message : stderr, code });
      });
    });
  }

  /** A kubelet stand-in whose pods end with `stop`. */
  kubelet(options: Omit<KubeletOptions, 'controlPlane'> = {}): LocalKubelet {
    const kubelet = new LocalKubelet({ ...options, controlPlane: this.state });
    this.#kubelets.push(kubelet);
    return kubelet;
  }

  /** Ends pods and connections, and the API server unless others use it. */
  async stop(): Promise<void> {
    await Promise.all(this.#kubelets.map((kubelet) => kubelet.stop()));
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.#stopControlPlane();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #ensure(create: () => Promise<KubeObject>): Promise<void> {
    try {
      await create();
    } catch (error) {
      if (!isKubeError(error, 'ALREADY_EXISTS')) throw error;
    }
  }
}

const manifest = (kind: string, name: string, namespace?: string): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace && { namespace }) },
});
