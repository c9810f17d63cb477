/** The whole system while users and operators do everything that they do, at random; at its end all is as it has to be. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets, providers } from '@eso/api/resources';
import { configMaps, isKubeError, type KubeClient, type KubeObject, secrets } from '@eso/kube';
import {
  eventually,
  Installation,
  type OwnControlPlane,
  ownControlPlane,
  providerAddress,
  SeededRandom,
} from '@eso/testing';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { bundleAll } from '../../nx.ts';
import { root, step as say } from '../../setup.mjs';
import { differences, type Found } from './desired.ts';
import { type Footprint, footprintOf, grown } from './footprint.ts';
import { KINDS } from './kinds.ts';
import { forceSync, makeSecret, perform, putStore } from './perform.ts';
import { create, type Fullness, nextStep, storeValues } from './steps.ts';
import { type Trouble, Troubles } from './troubles.ts';
import { BY_HAND, keyOf, manifestOf, SHARED, type Step, World } from './world.ts';

const NAMESPACES = ['soak-0', 'soak-1', 'soak-2'] as const;
const MOST = 40;
const BETWEEN_STEPS_MS = [20, 250] as const;
/** Part of the time before the first look at memory; core is killed only in it, so that one process lives through the rest. */
const WARM_UP = 0.4;
const SETTLES_MS = 120_000;
/** A provider may know its config a few seconds longer than it is so. */
const PROVIDER_SEES_MS = 8_000;
const GENTLE: readonly [Trouble, ...Trouble[]] = [
  'provider hangs',
  'provider is killed',
  'API server is killed',
  'clock jumps',
];

export interface SystemSoak {
  readonly minutes: number;
  /** The same seed makes users do the same things in the same order, and the same troubles come in the same order. */
  readonly seed: number;
}

/** Runs it, and prints what it finds. Returns whether everything is as it has to be. */
export async function soakSystem({ minutes, seed }: SystemSoak): Promise<boolean> {
  await ensureBinaries({ progress: say });
  await bundleAll();
  say(`seed ${seed}: ${minutes} minutes`);
  const own = await ownControlPlane();
  try {
    const soak = await Soak.start(own, seed);
    const rest = await soak.phase(minutes * 60 * WARM_UP, ['core is killed', ...GENTLE]);
    const end = await soak.phase(minutes * 60 * (1 - WARM_UP), GENTLE);
    const wrong = [
      ...rest.wrong,
      ...end.wrong,
      ...(rest.pid === end.pid ? grown(rest.footprint, end.footprint) : ['core was restarted']),
    ];
    console.table({ 'after the warm-up': rest.footprint, 'at the end': end.footprint });
    for (const line of wrong) console.log(line);
    say(
      `seed ${seed}: ${soak.steps} steps; ${wrong.length === 0 ? 'all is as it has to be' : `${wrong.length} things are wrong`}`,
    );
    return wrong.length === 0;
  } finally {
    await own.cluster.stop();
  }
}

interface PhaseResult {
  readonly wrong: readonly string[];
  readonly footprint: Footprint;
  readonly pid: number;
}

class Soak {
  steps = 0;
  readonly #own: OwnControlPlane;
  readonly #installation: Installation;
  readonly #client: KubeClient;
  readonly #clockFile: string;
  readonly #users: SeededRandom;
  readonly #fate: SeededRandom;
  readonly #world = new World();

  private constructor(own: OwnControlPlane, installation: Installation, clockFile: string, seed: number) {
    this.#own = own;
    this.#installation = installation;
    this.#client = own.cluster.client();
    this.#clockFile = clockFile;
    this.#users = new SeededRandom(`${seed} users`);
    this.#fate = new SeededRandom(`${seed} fate`);
  }

  /** An installation with its stores, and the ExternalSecrets that stay. */
  static async start(own: OwnControlPlane, seed: number): Promise<Soak> {
    const clockFile = join(own.cluster.state.dir, 'clock-offset');
    const preload = join(root, 'tools', 'soak', 'system', 'shifted-clock.mjs');
    const installation = await Installation.start({
      cluster: own.cluster,
      tenants: NAMESPACES,
      providers: { fake: {} },
      // One that was killed is back at once, not when its Lease ends.
      coreFlags: ['--enable-leader-election=false'],
      coreEnv: { NODE_OPTIONS: `--import=${preload}`, SOAK_CLOCK_FILE: clockFile },
      progress: say,
    });
    const soak = new Soak(own, installation, clockFile, seed);
    for (const namespace of NAMESPACES) await soak.#furnish(namespace);
    return soak;
  }

  /** Users and troubles for so many seconds, then rest: what is wrong then, and what core takes up with the permanent ones alone. */
  async phase(seconds: number, kinds: readonly [Trouble, ...Trouble[]]): Promise<PhaseResult> {
    const { core } = this.#installation;
    const troubles = new Troubles({
      random: this.#fate,
      own: this.#own,
      installation: this.#installation,
      clockFile: this.#clockFile,
      kinds,
      tell: (text) => say(`  ${text}`),
    });
    const end = performance.now() + seconds * 1_000;
    try {
      while (performance.now() < end) {
        await this.#do(nextStep(this.#users, this.#world, { namespaces: NAMESPACES, most: MOST }, this.steps));
        await sleep(this.#users.between(...BETWEEN_STEPS_MS));
      }
    } finally {
      await troubles.stop();
    }
    writeFileSync(this.#clockFile, '0');
    say(
      `${this.steps} steps; troubles: ${[...troubles.counts].map(([kind, count]) => `${count} × ${kind}`).join(', ')}`,
    );
    const wrong = await this.#settle('required');
    await this.#clear();
    const again = await this.#settle('all');
    const metricsUrl = `http://127.0.0.1:${String(core.ports['metrics'])}/metrics`;
    const pid = core.pid ?? 0;
    return { wrong: [...wrong, ...again], footprint: await footprintOf(pid, metricsUrl, isPassing), pid };
  }

  async #furnish(namespace: string): Promise<void> {
    const values = storeValues(this.#users, 'all');
    this.#world.apply({ kind: 'store', namespace, values });
    await putStore(this.#client, namespace, values);
    await makeSecret(this.#client, { namespace, name: SHARED }, BY_HAND);
    await this.#client.create(providers, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'Provider',
      metadata: { namespace, name: 'backend' },
      spec: {
        address: providerAddress('fake'),
        providerRef: { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'backend' },
      },
    });
    for (const kind of KINDS)
      await this.#do(create(this.#users, kind, { namespace, name: `stays-${kind.toLowerCase()}` }, true));
  }

  async #do(step: Step): Promise<void> {
    this.steps++;
    await perform(this.#client, this.#world, step);
    this.#world.apply(step);
  }

  /** Every store has what it needs, everything is asked for once more; then all has to be right in time, and to stay so. */
  async #settle(fullness: Fullness): Promise<string[]> {
    for (const namespace of NAMESPACES)
      await this.#do({ kind: 'store', namespace, values: storeValues(this.#users, fullness) });
    await sleep(PROVIDER_SEES_MS);
    await forceSync(this.#client, this.#world, String(this.steps));
    let wrong: string[] = [];
    const look = async (): Promise<void> => {
      await this.#collectGarbage();
      wrong = differences(this.#world, await this.#found());
      if (wrong.length > 0) throw new Error('not yet');
    };
    await eventually(look, { timeoutMs: SETTLES_MS, intervalMs: 1_000 }).catch(() => undefined);
    if (wrong.length > 0) {
      say(`not right after ${SETTLES_MS / 1_000} s, of ${wrong.length}:\n${wrong.slice(0, 5).join('\n')}`);
      return wrong;
    }
    await sleep(PROVIDER_SEES_MS);
    await look().catch(() => undefined);
    return wrong.map((line) => `${line} (it was right before)`);
  }

  /** All that came goes again. */
  async #clear(): Promise<void> {
    for (const life of [...this.#world.lives.values()].filter(({ permanent }) => !permanent))
      await this.#do({ kind: 'delete', key: keyOf(manifestOf(life)) });
    await this.#removeWhatIsLeft();
  }

  /** Targets that outlive their ExternalSecret, by policy, and texts. */
  async #removeWhatIsLeft(): Promise<void> {
    for (const namespace of NAMESPACES) {
      for (const type of [secrets, configMaps] as const) {
        const { items } = await this.#client.list<KubeObject>(type, { namespace });
        for (const { metadata } of items)
          if (isPassing(metadata.name)) await ifThere(this.#client.delete(type, { namespace, name: metadata.name }));
      }
    }
  }

  async #found(): Promise<Found> {
    const objects = [];
    const all = [];
    for (const namespace of NAMESPACES) {
      objects.push(...(await this.#client.list(externalSecrets, { namespace })).items);
      all.push(...(await this.#client.list(secrets, { namespace })).items);
    }
    const key = ({ metadata }: { metadata: { namespace?: string; name: string } }): string =>
      `${metadata.namespace ?? ''}/${metadata.name}`;
    return {
      externalSecrets: new Map(objects.map((object) => [key(object), object])),
      secrets: new Map(all.map((object) => [key(object), object])),
    };
  }

  /** Removes Secrets whose ExternalSecret is gone, as the garbage collector does; this control plane has none. */
  async #collectGarbage(): Promise<void> {
    const { externalSecrets: objects, secrets: found } = await this.#found();
    const alive = new Set([...objects.values()].map(({ metadata }) => metadata.uid));
    for (const { metadata } of found.values()) {
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'ExternalSecret');
      if (!owner || alive.has(owner.uid)) continue;
      const { namespace = '', name, uid = '', resourceVersion = '' } = metadata;
      await ifThere(this.#client.delete(secrets, { namespace, name }, { uid, resourceVersion }));
    }
  }
}

/** Whether that is the name of something that comes and goes. */
const isPassing = (name: string): boolean => /^es-\d+/.test(name);

async function ifThere(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    // Somebody took it over, or was faster.
    if (!isKubeError(error, 'CONFLICT') && !isKubeError(error, 'NOT_FOUND')) throw error;
  }
}
