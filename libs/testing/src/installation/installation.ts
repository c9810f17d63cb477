import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT_TLS_SECRET, DEFAULT_PROVIDER_TLS_SECRET } from '@eso/api/resources';
import { services } from '@eso/kube';
import type { ApiServerAddress, LocalKubelet } from '@eso/control-plane/kubelet.mjs';
import type { Pod } from '@eso/control-plane/pod.mjs';
import { crdFolder } from '../cluster/crds.ts';
import type { TestCluster } from '../cluster/test-cluster.ts';
import { bundlePath, chartPath, type Origins } from '../workspace.ts';

/** What is installed, and for whom. */
export interface InstallationOptions {
  readonly cluster: TestCluster;
  /** Namespaces whose ExternalSecrets are served, with rights in these alone; `all` serves every namespace. */
  readonly tenants: readonly string[] | 'all';
  /** Provider processes by name: `fake`, `aws`. */
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  /** More flags for core. A flag given twice counts as it stands last. */
  readonly coreFlags?: readonly string[];
  /** More environment for core. */
  readonly coreEnv?: Readonly<Record<string, string>>;
  /** Puts something between core and the API server; see CoreOptions. */
  readonly coreApiServer?: CoreSettings['apiServer'];
  /** Whether Services of providers are looked for in every namespace, as a chart has it. Default: in those of the providers. */
  readonly providersAnywhere?: boolean;
  /** More flags for cert-manager-controller. */
  readonly certificateFlags?: readonly string[];
  /** Programs that are not those of what is installed otherwise: releases beside each other. */
  readonly programs?: Origins;
  /** The same of charts: CRDs, rights, admission. */
  readonly charts?: Origins;
  /** Whether Helm has installed everything but the processes: CRDs, rights, Services. Default false. */
  readonly installedByHelm?: boolean;
  /** Told what is being done. */
  readonly progress?: (text: string) => void;
}

/** In what one replica of core differs from the installation's. */
export interface CoreSettings {
  /** Name of the pod. Default `core`. */
  readonly name?: string;
  /** More flags, in place of those of the installation. A flag given twice counts as it stands last. */
  readonly flags?: readonly string[];
  /**
   * Gets the address of the real API server and returns the one that this pod uses instead. A proxy that only passes bytes on
   * returns `{ ...real, url: 'https://127.0.0.1:<its port>' }`: the certificate is good for that name. One that ends TLS itself
   * returns a CA of its own.
   */
  readonly apiServer?: (real: ApiServerAddress) => ApiServerAddress | Promise<ApiServerAddress>;
}

/** Environment and flags of a provider process, on top of what its chart would set. */
export interface ProviderSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** Namespace of core and of the certificate controller. */
export const ESO_NAMESPACE = 'external-secrets';
const GRPC_PORT = 8080;

/**
 * The whole system as it is installed, each process as a pod of its own with its own ServiceAccount, rights and
 * certificates, on a control plane that has nothing else. The programs are the bundles of `nx run-many -t bundle`.
 */
export class Installation {
  readonly certManagerController: Pod;
  /** Provider pods by the name they were given. */
  readonly providers: Readonly<Record<string, Pod>>;
  /** File that tells core where Services are, since pods have no addresses here; read again when it changes. */
  readonly endpointOverrides: string;
  readonly #kubelet: LocalKubelet;
  readonly #options: InstallationOptions;
  /** Replicas of core by pod name. */
  readonly #cores = new Map<string, Pod>();

  private constructor(
    kubelet: LocalKubelet,
    options: InstallationOptions,
    parts: { certManagerController: Pod; providers: Record<string, Pod>; endpointOverrides: string },
  ) {
    this.#kubelet = kubelet;
    this.#options = options;
    this.certManagerController = parts.certManagerController;
    this.providers = parts.providers;
    this.endpointOverrides = parts.endpointOverrides;
  }

  /**
   * Installs CRDs, namespaces, rights and Services, unless Helm has; starts every process and waits until all are ready.
   * @throws Error with the end of the log of the process that does not get ready
   */
  static async start(options: InstallationOptions): Promise<Installation> {
    const { cluster, installedByHelm = false, progress = () => undefined } = options;
    const names = Object.keys(options.providers);
    if (!installedByHelm) await installObjects(options, names);

    progress('starting cert-manager-controller, core and the providers');
    const kubelet = cluster.kubelet();
    const { programs } = options;
    const keyFile = join(kubelet.dir, 'key-encryption-key');
    await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o400 });
    const certManagerController = await runPod(kubelet, {
      name: 'cert-manager-controller',
      namespace: ESO_NAMESPACE,
      programs,
      flags: [
        `--key-encryption-key-file=${keyFile}`,
        '--metrics-addr=127.0.0.1:$(PORT_METRICS)',
        '--health-addr=127.0.0.1:$(PORT_HEALTH)',
        ...(options.providersAnywhere
          ? []
          : [`--provider-namespaces=${names.map((name) => `provider-${name}`).join(',')}`]),
        ...(options.certificateFlags ?? []),
      ],
    });
    const providers: Record<string, Pod> = {};
    for (const name of names)
      providers[name] = await runProvider(kubelet, name, { programs, ...options.providers[name] });
    const endpointOverrides = join(kubelet.dir, 'endpoint-overrides.yaml');
    await writeOverrides(endpointOverrides, providers);
    const installation = new Installation(kubelet, options, { certManagerController, providers, endpointOverrides });
    if (!installedByHelm) for (const name of names) await applyClasses(cluster, `provider-${name}`, options.charts);
    await installation.runCore(options.coreApiServer ? { apiServer: options.coreApiServer } : {});
    await installation.waitUntilReady();
    return installation;
  }

  /** The pod of core; the first one, where there are more. */
  get core(): Pod {
    const core = this.#cores.get('core');
    if (!core) throw new Error('core has not been started');
    return core;
  }

  /**
   * Starts one more replica of core, or, under the name of one that was stopped, that one with other settings. Does not wait
   * until it is ready.
   * @throws Error when a pod of that name runs
   */
  async runCore({ name = 'core', flags = this.#options.coreFlags ?? [], apiServer }: CoreSettings = {}): Promise<Pod> {
    const { tenants, coreEnv, programs } = this.#options;
    const pod = await runPod(this.#kubelet, {
      name,
      app: 'core',
      programs,
      serviceAccount: 'external-secrets',
      namespace: ESO_NAMESPACE,
      volumes: { certs: { secret: CLIENT_TLS_SECRET } },
      flags: [
        '--client-cert-dir=$(VOLUME_CERTS)',
        `--endpoint-overrides=${this.endpointOverrides}`,
        '--metrics-addr=127.0.0.1:$(PORT_METRICS)',
        '--live-addr=127.0.0.1:$(PORT_HEALTH)',
        ...(tenants === 'all' ? [] : [`--namespaces=${tenants.join(',')}`]),
        ...flags,
      ],
      ...(coreEnv ? { env: coreEnv } : {}),
      ...(apiServer ? { apiServer: await apiServer(this.#kubelet.apiServer) } : {}),
    });
    this.#cores.set(name, pod);
    return pod;
  }

  /** Every pod by name. */
  get pods(): Readonly<Record<string, Pod>> {
    const providers = Object.entries(this.providers).map(([name, pod]) => [`provider-${name}`, pod] as const);
    return {
      ...Object.fromEntries(this.#cores),
      'cert-manager-controller': this.certManagerController,
      ...Object.fromEntries(providers),
    };
  }

  /** Waits until every pod answers its readiness probe. */
  async waitUntilReady(): Promise<void> {
    await Promise.all(Object.values(this.pods).map((pod) => pod.waitUntilReady({ port: 'health' })));
  }

  /** The text of a pod's `/metrics`. */
  async metrics(pod: Pod): Promise<string> {
    return (await fetch(`http://127.0.0.1:${String(pod.ports['metrics'])}/metrics`)).text();
  }

  /** Everything that all processes have written so far, for a scan. */
  logs(): string {
    return Object.values(this.pods)
      .map((pod) => pod.lastLines(1_000_000))
      .join('\n');
  }

  /** Ends every process. */
  stop(): Promise<void> {
    return this.#kubelet.stop();
  }
}

/** `<service>.<namespace>.svc:<port>` of a provider of the installation. */
export function providerAddress(name: string): string {
  return `provider-${name}.provider-${name}.svc:${GRPC_PORT}`;
}

async function installObjects(options: InstallationOptions, names: readonly string[]): Promise<void> {
  const { cluster, charts, progress = () => undefined } = options;
  progress('installing CRDs, admission policies and rights');
  await cluster.installCrds(charts);
  const adminNamespaces = adminNamespacesOf(options.providers);
  await cluster.applyAdmission({ adminNamespaces, ...(charts ? { charts } : {}) });
  await prepareNamespaces(options, names);
}

/** The classes that a provider's chart has; none where the chart of core is of a release that did not know them. */
async function applyClasses(cluster: TestCluster, chart: string, charts?: Origins): Promise<void> {
  const path = chartPath([chart, 'files', 'class.yaml'], charts);
  const known = existsSync(
    join(crdFolder('external-secrets', charts), 'external-secrets.io_clusterproviderclasses.yaml'),
  );
  if (known && existsSync(path)) await cluster.apply(await readFile(path, 'utf8'));
}

/** What providers are told by their flags, by chart. */
function adminNamespacesOf(providers: InstallationOptions['providers']): Record<string, string[]> {
  const flag = '--admin-namespaces=';
  return Object.fromEntries(
    Object.entries(providers).flatMap(([name, { flags = [] }]) => {
      const given = flags.findLast((each) => each.startsWith(flag));
      return given === undefined ? [] : [[`provider-${name}`, given.slice(flag.length).split(',')] as const];
    }),
  );
}

async function prepareNamespaces(
  { cluster, tenants, charts = {} }: InstallationOptions,
  providers: readonly string[],
): Promise<void> {
  const namespaces = [
    ESO_NAMESPACE,
    ...providers.map((name) => `provider-${name}`),
    ...(tenants === 'all' ? [] : tenants),
  ];
  for (const namespace of namespaces) await cluster.ensureNamespace(namespace);
  const providerNamespaces = providers.map((name) => `provider-${name}`);
  await cluster.applyRights({ chart: 'external-secrets', charts, tenantNamespaces: tenants, providerNamespaces });
  for (const name of providers) {
    await cluster.applyRights({ chart: `provider-${name}`, charts, tenantNamespaces: tenants });
    await cluster.client().create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: `provider-${name}`,
        namespace: `provider-${name}`,
        labels: { 'external-secrets.io/provider': 'true', 'external-secrets.io/provider-shared': 'true' },
      },
      spec: { ports: [{ name: 'grpc', port: GRPC_PORT, targetPort: 'grpc' }] },
    });
  }
}

interface Program {
  readonly name: string;
  /** Folder of the program below `apps`. Default: the name. */
  readonly app?: string;
  readonly programs: Origins | undefined;
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly volumes?: Readonly<Record<string, { secret: string }>>;
  readonly apiServer?: ApiServerAddress;
}

function runProvider(
  kubelet: LocalKubelet,
  name: string,
  { env, flags = [], programs }: ProviderSettings & { readonly programs: Origins | undefined },
): Promise<Pod> {
  return runPod(kubelet, {
    name: `provider-${name}`,
    namespace: `provider-${name}`,
    programs,
    volumes: { certs: { secret: DEFAULT_PROVIDER_TLS_SECRET } },
    flags: [
      '--listen=127.0.0.1:$(PORT_GRPC)',
      '--cert-dir=$(VOLUME_CERTS)',
      '--metrics-addr=127.0.0.1:$(PORT_METRICS)',
      '--health-addr=127.0.0.1:$(PORT_HEALTH)',
      '--drain-delay=0s',
      ...flags,
    ],
    ...(env ? { env } : {}),
  });
}

async function runPod(kubelet: LocalKubelet, program: Program): Promise<Pod> {
  const { name, app = name, namespace, serviceAccount = name, flags, env, volumes, apiServer, programs } = program;
  const bundle = bundlePath(app, programs);
  if (!existsSync(bundle)) throw new Error(`${bundle} does not exist: run "npx nx run-many -t bundle" first`);
  return kubelet.run({
    name,
    namespace,
    serviceAccount,
    command: [process.execPath, bundle, ...flags],
    ports: ['grpc', 'metrics', 'health'],
    ...(env ? { env } : {}),
    ...(volumes ? { volumes } : {}),
    ...(apiServer ? { apiServer } : {}),
  });
}

async function writeOverrides(path: string, providers: Readonly<Record<string, Pod>>): Promise<void> {
  const lines = Object.entries(providers).map(
    ([name, pod]) => `provider-${name}/provider-${name}:${GRPC_PORT}: 127.0.0.1:${String(pod.ports['grpc'])}\n`,
  );
  await writeFile(path, lines.join(''));
}
