import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderDefinition, Validation } from '@eso/api/server';
import { startTestProvider, type TestProvider } from '@eso/api/testing';
import { CertificateDirectory } from '@eso/api/tls';
import { ProviderConnections } from '@eso/client';
import { EventRecorder } from '@eso/controller';
import { type KubeClient, services } from '@eso/kube';
import { createRegistry, type Registry, silentLogger, systemClock } from '@eso/runtime';
import { LAB_SERVER_NAME, LAB_SERVICE, type OwnControlPlane, ownControlPlane, TlsLab } from '@eso/testing';
import { createInformers, startInformers } from '../informers.ts';
import { DEFAULT_METRIC_SETTINGS } from '../metrics/settings.ts';
import { type ValidationControllers, validationControllers } from '../validation/controllers.ts';
import { Classes } from '../store/classes.ts';
import { EndpointOverrides } from '../store/endpoint-overrides.ts';
import { namespaceOf } from '../store/namespace-labels.ts';
import type { StoreTransition } from '../store/store-view.ts';
import { Stores } from '../store/stores.ts';
import { labKube } from './lab-kube.ts';
import { labDefinition, REF, service, SHARED } from './lab-provider.ts';

/** The controllers of stores and classes of core in this process, with the rights that core's chart gives it and a real provider. */
export class ProviderBench {
  readonly registry: Registry = createRegistry({ processMetrics: false });
  readonly transitions: StoreTransition[] = [];
  readonly own: OwnControlPlane;
  readonly admin: KubeClient;
  readonly lab: TlsLab;
  readonly serverDir: string;
  stores!: Stores;
  controllers!: ValidationControllers;
  provider: TestProvider | undefined;
  /** What the provider says about every config. */
  validation: Validation = { kind: 'valid' };
  validations = 0;
  /** What the provider waits for before it says so. */
  hold: () => Promise<unknown> = () => Promise.resolve();
  readonly #stop = new AbortController();
  readonly #closers: (() => unknown)[] = [];
  #port = 0;

  private constructor(own: OwnControlPlane, lab: TlsLab, serverDir: string) {
    this.own = own;
    this.admin = own.cluster.client();
    this.lab = lab;
    this.serverDir = serverDir;
  }

  static async start(): Promise<ProviderBench> {
    const own = await ownControlPlane();
    const lab = await TlsLab.create();
    const bench = new ProviderBench(own, lab, await lab.directory(await lab.server()));
    await bench.#prepare();
    await bench.startProvider();
    await bench.#startCore();
    return bench;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const close of this.#closers) await close();
    await this.stopProvider();
    await this.own.cluster.stop();
    await this.lab.remove();
  }

  async #prepare(): Promise<void> {
    const { cluster } = this.own;
    await cluster.installCrds();
    // No admission policies: what core decides is tried with that layer off (docs/namespace-rules.md).
    await cluster.ensureNamespace('external-secrets');
    await cluster.ensureNamespace(LAB_SERVICE.namespace);
    await cluster.applyRights({ chart: 'external-secrets', tenantNamespaces: 'all' });
    await this.admin.create(services, service(LAB_SERVICE.namespace, LAB_SERVICE.service, SHARED));
  }

  async startProvider(): Promise<void> {
    const clientDir = await this.lab.directory(await this.lab.client());
    this.provider = await startTestProvider({
      definition: this.#definition(),
      kube: (objects) => labKube(this.admin, objects),
      allowUnnamedStores: false,
      address: { host: '127.0.0.1', port: this.#port },
      tls: { serverDir: this.serverDir, clientDir, serverName: LAB_SERVER_NAME },
    });
    this.#port = this.provider.port;
  }

  async stopProvider(): Promise<void> {
    const running = this.provider;
    this.provider = undefined;
    await running?.stop();
  }

  /** Creates a config that the provider finds. */
  config(namespace: string): void {
    const { apiVersion, kind, name } = REF;
    this.provider?.objects.apply({ apiVersion, kind, metadata: { namespace, name } });
  }

  async #startCore(): Promise<void> {
    const account = { namespace: 'external-secrets', name: 'external-secrets' };
    const client = await this.own.cluster.clientFor(account, 'external-secrets');
    const certificates = await CertificateDirectory.open({ dir: await this.lab.directory(await this.lab.client()) });
    const connections = new ProviderConnections({ certificates, registry: this.registry, deadlineMs: 2_000 });
    this.#closers.push(
      () => connections.close(),
      () => certificates.close(),
    );
    const path = join(this.own.cluster.state.dir, 'endpoints.yaml');
    const at = (port: number): string =>
      `${LAB_SERVICE.namespace}/${LAB_SERVICE.service}:${port}: 127.0.0.1:${this.#port}\n`;
    await writeFile(path, at(8080) + at(8081));
    const logger = silentLogger;
    const overrides = new EndpointOverrides({ path, logger, pollMs: 50 });
    overrides.start(this.#stop.signal);
    const informers = createInformers({
      client,
      tenants: undefined,
      clusterStores: true,
      logger,
      registry: this.registry,
    });
    const classes = new Classes(informers);
    this.stores = new Stores({
      ...informers,
      classes,
      namespace: namespaceOf(informers.namespaces),
      services: informers.services.store,
      endpointSlices: informers.endpointSlices.store,
      overrides,
    });
    this.stores.onTransition((transition) => this.transitions.push(transition));
    this.controllers = validationControllers({
      client,
      informers,
      stores: this.stores,
      classes,
      overrides,
      connections,
      events: new EventRecorder({ client, component: 'external-secrets', logger }),
      controllerClass: 'default',
      workers: 8,
      metrics: DEFAULT_METRIC_SETTINGS,
      clock: systemClock,
      logger,
      registry: this.registry,
    });
    await startInformers(informers, this.#stop.signal);
    const running = this.controllers.controllers.map((controller) => controller.start(this.#stop.signal));
    this.#closers.unshift(() => Promise.all(running));
  }

  #definition(): ProviderDefinition {
    return labDefinition({
      validate: async () => {
        this.validations++;
        await this.hold();
        return this.validation;
      },
    });
  }
}
