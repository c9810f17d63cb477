import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation, OwnControlPlane, Pod, SeededRandom } from '@eso/testing';

/** What may happen to the processes, and to their time. */
export type Trouble =
  'provider hangs' | 'provider is killed' | 'API server is killed' | 'core is killed' | 'clock jumps';

export interface TroublesOptions {
  readonly random: SeededRandom;
  readonly own: OwnControlPlane;
  readonly installation: Installation;
  /** By how much core's wall clock is off; see shifted-clock.mjs. */
  readonly clockFile: string;
  readonly kinds: readonly [Trouble, ...Trouble[]];
  readonly tell: (text: string) => void;
}

/** Between two of them, milliseconds. */
const PAUSE_MS = [1_000, 8_000] as const;
const OUTAGE_MS = [500, 8_000] as const;
const HOUR_MS = 3_600_000;

/** One trouble after the other until it is stopped; then everything runs. */
export class Troubles {
  readonly #options: TroublesOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly counts = new Map<Trouble, number>();

  constructor(options: TroublesOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves when the last one is over and every process is ready. @throws what made one of them end it all */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#options.installation.waitUntilReady();
  }

  async #run(): Promise<void> {
    const { random, kinds, tell } = this.#options;
    for (;;) {
      await sleep(random.between(...PAUSE_MS), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      const kind = random.pick(kinds);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      tell(kind);
      await this.#happen(kind);
    }
  }

  async #happen(kind: Trouble): Promise<void> {
    const { random, own, installation, clockFile } = this.#options;
    switch (kind) {
      case 'provider hangs': {
        const provider = this.#provider();
        provider.kill('SIGSTOP');
        await sleep(random.between(...OUTAGE_MS));
        provider.kill('SIGCONT');
        return;
      }
      case 'provider is killed':
        this.#provider().kill();
        return;
      case 'core is killed':
        installation.core.kill();
        return;
      case 'API server is killed':
        await own.controlPlane.killApiServer();
        await sleep(random.between(0, 3_000));
        await own.controlPlane.startApiServer();
        return;
      case 'clock jumps':
        writeFileSync(clockFile, String(random.pick([-HOUR_MS, -60_000, 0, 60_000, 2 * HOUR_MS])));
        return;
    }
  }

  #provider(): Pod {
    const { fake } = this.#options.installation.providers;
    if (!fake) throw new Error('there is no provider-fake');
    return fake;
  }
}
