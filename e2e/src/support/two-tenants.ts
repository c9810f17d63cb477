import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type PeerLanguage } from '@eso/testing';
import { applyPeerStore, callsFor, type PeerProvider, references, runPeerProvider } from './peers.ts';
import { type Refreshes, RefreshWatch } from './refreshes.ts';
import { externalSecretManifest, System, wholeValues } from './system.ts';

/** Who asks for what does harm. */
export const TENANT_A = 'tenant-a';
/** Who only wants a secret. */
export const TENANT_B = 'tenant-b';
/** Name of the Provider that each of them has. */
export const PEER_STORE = 'peer';
/** The ExternalSecret of B: one secret each second. */
const GOOD = 'good';
const REFS = 6;

/** Two tenants with a store each at the same provider, which is a peer. */
export class TwoTenants implements AsyncDisposable {
  readonly system: System;
  readonly provider: PeerProvider;
  readonly #watch: RefreshWatch;
  #rounds = 0;

  private constructor(system: System, provider: PeerProvider, watch: RefreshWatch) {
    this.system = system;
    this.provider = provider;
    this.#watch = watch;
  }

  static async start(
    language: PeerLanguage,
    coreFlags: readonly string[] = ['--provider-deadline=5s'],
  ): Promise<TwoTenants> {
    const system = await System.start({ tenants: [TENANT_A, TENANT_B], providers: { fake: {} }, coreFlags });
    try {
      const provider = await runPeerProvider(system, language, `peer-${language}`);
      for (const namespace of [TENANT_A, TENANT_B]) await applyPeerStore(system, namespace, PEER_STORE, provider);
      await system.apply(externalSecretManifest(TENANT_B, GOOD, PEER_STORE, wholeValues('plain')));
      await system.ready(TENANT_B, GOOD);
      return new TwoTenants(system, provider, await RefreshWatch.start(system.admin, TENANT_B));
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /**
   * Lets A have an ExternalSecret with six references whose keys are these steps, and looks at what B gets all that time.
   * @param ms how long, from A's first call on
   */
  async beside(steps: string, ms: number): Promise<{ readonly b: Refreshes; readonly callsOfA: number }> {
    const round = this.#rounds++;
    const keys = Array.from({ length: REFS }, (_, index) => `${steps}#${round}-${index}`);
    const name = `bad-${round}`;
    try {
      const b = await this.during(async () => {
        await this.system.apply(externalSecretManifest(TENANT_A, name, PEER_STORE, references(keys)));
        await eventually(async () => expect(await callsFor(this.provider, keys)).toBeGreaterThan(0));
        await sleep(ms);
      });
      return { b, callsOfA: await callsFor(this.provider, keys) };
    } finally {
      await this.system.kubectl('-n', TENANT_A, 'delete', 'externalsecret', name, '--wait=false');
    }
  }

  /** What B gets while `work` runs. It begins when B gets its secret each second. */
  async during(work: () => Promise<unknown>): Promise<Refreshes> {
    await this.#recovered();
    this.#watch.begin();
    await work();
    return this.#watch.of(GOOD);
  }

  /** Waits until B gets its secret each second again, whatever came before. */
  async #recovered(): Promise<void> {
    await this.system.ready(TENANT_B, GOOD, 120_000);
    await eventually(
      async () => {
        this.#watch.begin();
        await sleep(2_500);
        const { count, failures } = this.#watch.of(GOOD);
        expect([count > 0, failures]).toEqual([true, []]);
      },
      { timeoutMs: 120_000 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch.stop();
    await this.system.stop();
  }
}
