import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { type KubeClient, secrets } from '@eso/kube';
import { ApiFaultProxy, eventually, type Pod, type TestCluster } from '@eso/testing';
import type { Stores, Wanted } from '../model/model.ts';
import { fakeStore, System } from './system.ts';

/** Time in which core has to say nothing and write nothing to count as at rest, in milliseconds. */
const QUIET_MS = 1_500;

/** Starts a proxy that pods take for the API server; only core is interfered with. Called before pods start. */
export async function standBetween(cluster: TestCluster): Promise<ApiFaultProxy> {
  const { url, caFile } = cluster;
  const proxy = await ApiFaultProxy.start({ url, caFile, userAgent: 'external-secrets' });
  const podCa = join(cluster.state.dir, 'api-fault-proxy.crt');
  await writeFile(podCa, proxy.ca);
  cluster.state.podApi = { url: proxy.url, caFile: podCa };
  return proxy;
}

/** An installation whose core sees the API server through a proxy that a test controls, with stores in one namespace. */
export class FaultyCore implements AsyncDisposable {
  readonly system: System;
  readonly proxy: ApiFaultProxy;
  readonly namespace: string;

  private constructor(system: System, proxy: ApiFaultProxy, namespace: string) {
    this.system = system;
    this.proxy = proxy;
    this.namespace = namespace;
  }

  /** @param stores values by remote key, by name of the store; all of provider-fake */
  static async start(namespace: string, stores: Stores): Promise<FaultyCore> {
    // A killed core comes back at once, not when the Lease of its predecessor ends.
    const coreFlags = ['--enable-leader-election=false'];
    const proxy = Promise.withResolvers<ApiFaultProxy>();
    const between = async (cluster: TestCluster): Promise<void> => proxy.resolve(await standBetween(cluster));
    const system = await System.start({ tenants: [namespace], providers: { fake: {} }, coreFlags }, between);
    const core = new FaultyCore(system, await proxy.promise, namespace);
    try {
      for (const [name, data] of Object.entries(stores)) await system.apply(fakeStore(namespace, name, data));
      await core.ready();
      for (const name of Object.keys(stores)) await system.providerReady(namespace, name, 'True', 'Valid');
      return core;
    } catch (error) {
      await core.stop();
      throw error;
    }
  }

  get admin(): KubeClient {
    return this.system.admin;
  }

  get pod(): Pod {
    return this.system.installation.core;
  }

  get provider(): Pod {
    const { fake } = this.system.installation.providers;
    if (!fake) throw new Error('there is no provider-fake');
    return fake;
  }

  /** Waits until core works, and through the proxy. */
  async ready(): Promise<void> {
    await eventually(() => expect(this.proxy.watches.map(({ resource }) => resource)).toContain('secrets'));
    await this.pod.waitUntilReady({ port: 'health' });
  }

  /** An ExternalSecret that nothing but a change brings to life: its interval is an hour. */
  create(wanted: Wanted): Promise<ExternalSecret> {
    return this.admin.create(externalSecrets, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace: this.namespace, name: wanted.name },
      spec: specOf(wanted),
    });
  }

  async change(wanted: Wanted): Promise<void> {
    const ref = { namespace: this.namespace, name: wanted.name };
    await this.admin.patch(externalSecrets, ref, { spec: specOf(wanted) }, { type: 'merge' });
  }

  async deleteExternalSecret(name: string): Promise<void> {
    await this.admin.delete(externalSecrets, { namespace: this.namespace, name });
  }

  async deleteSecret(name: string): Promise<void> {
    await this.admin.delete(secrets, { namespace: this.namespace, name });
  }

  /** Changes a value by hand, as a user does who should not. */
  async editSecret(name: string, key: string): Promise<void> {
    const ref = { namespace: this.namespace, name };
    await this.admin.patch(secrets, ref, { data: { [key]: 'Zm9yZ2Vk' } }, { type: 'merge' });
  }

  /** Takes the label from a Secret by which core finds it. */
  async unlabelSecret(name: string): Promise<void> {
    const labels = { 'reconcile.external-secrets.io/managed': null };
    await this.admin.patch(secrets, { namespace: this.namespace, name }, { metadata: { labels } }, { type: 'merge' });
  }

  /** Resolves when core has been told of the next such event. Called before what causes it. */
  told(type: string, resource: string, name: string): Promise<void> {
    return new Promise((resolve) => {
      const remove = this.proxy.onEvent((watch, event) => {
        if (event.type === type && watch.resource === resource && event.name === name) {
          remove();
          // The event is written after this returns; core reads it before what comes later.
          setImmediate(resolve);
        }
        return 'pass';
      });
    });
  }

  /** Stops the provider in its tracks, so that calls hang, until the returned function is called. */
  freezeProvider(): () => void {
    this.provider.kill('SIGSTOP');
    return () => this.provider.kill('SIGCONT');
  }

  /** Waits until a worker of core is in the middle of an ExternalSecret. */
  async busy(): Promise<void> {
    await eventually(async () => expect(await this.#metric('controller_runtime_active_workers')).toBeGreaterThan(0));
  }

  /** Waits until core has nothing to do and does nothing. */
  async atRest(timeoutMs = 60_000): Promise<void> {
    await eventually(
      async () => {
        const writes = this.proxy.writes.length;
        expect(await this.#metric('workqueue_depth')).toBe(0);
        expect(await this.#metric('controller_runtime_active_workers')).toBe(0);
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
        expect(this.proxy.writes.length - writes).toBe(0);
      },
      { timeoutMs },
    );
  }

  /** What core sent about a Secret or the status of an ExternalSecret so far, in JSON. */
  sent(resource: 'secrets' | 'externalsecrets', name: string): string[] {
    return this.proxy.writes
      .filter((write) => write.resource === resource && write.name === name)
      .map(({ verb, body }) => `${verb} ${JSON.stringify(body)}`);
  }

  /** Waits until a Secret holds exactly what its store has for these keys. */
  holds(name: string, values: Record<string, string>, timeoutMs?: number): Promise<void> {
    return this.system.holds(this.namespace, name, values, timeoutMs);
  }

  /** Types and reasons of the events about an ExternalSecret, once nothing more comes. */
  async events(name: string): Promise<string[]> {
    await this.atRest();
    const events = await this.system.events(this.namespace, name);
    return events.map(({ type, reason }) => `${type ?? ''} ${reason ?? ''}`);
  }

  async stop(): Promise<void> {
    await this.system.stop();
    await this.proxy.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The value of a series of the ExternalSecret controller. */
  async #metric(name: string): Promise<number> {
    const text = await this.system.installation.metrics(this.pod);
    const series = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes('"externalsecret"'));
    if (series.length === 0) throw new Error(`core serves no ${name}`);
    return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}

function specOf({ name, store, keys, target = name, refreshPolicy = 'Periodic' }: Wanted): ExternalSecret['spec'] {
  return {
    refreshInterval: '1h',
    refreshPolicy,
    secretStoreRef: { kind: 'Provider', name: store },
    target: { name: target },
    data: keys.map((key) => ({ secretKey: key, remoteRef: { key } })),
  };
}
