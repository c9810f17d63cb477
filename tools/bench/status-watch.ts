import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient } from '@eso/kube';
import { untilAll } from './until-all.ts';

/** Sees the statuses of a namespace's ExternalSecrets as they come, independently of core. */
export class StatusWatch {
  readonly #stop = new AbortController();
  readonly #ready = new Set<string>();
  /** The last refreshTime of each. */
  readonly #refreshTimes = new Map<string, string>();
  #refreshes = new Map<string, number>();

  /** Begins to watch; resolves when what is there already is known. */
  static async start(client: KubeClient, namespace: string): Promise<StatusWatch> {
    const watch = new StatusWatch();
    const informer = createInformer(client, externalSecrets, { namespaces: [namespace] });
    informer.addHandler({ add: (es) => watch.#see(es), update: (_before, after) => watch.#see(after) });
    informer.start(watch.#stop.signal);
    await informer.waitForSync(watch.#stop.signal);
    return watch;
  }

  get readyCount(): number {
    return this.#ready.size;
  }

  /** Instants at which refreshes were seen since the last `forget`, one for each object that had one; `performance.now()`. */
  get refreshes(): readonly number[] {
    return [...this.#refreshes.values()];
  }

  /** Refreshes from now on are new ones. */
  forget(): void {
    this.#refreshes = new Map();
  }

  /** Resolves when all of these are Ready. @throws Error that names those that never become so */
  allReady(names: readonly string[]): Promise<void> {
    return untilAll({ names, isDone: (name) => this.#ready.has(name), what: 'Ready' });
  }

  /** Resolves when all of these have been refreshed since the last `forget`. @throws Error that names those that never are */
  allRefreshed(names: readonly string[]): Promise<void> {
    return untilAll({ names, isDone: (name) => this.#refreshes.has(name), what: 'refreshed' });
  }

  /** Resolves when one has been refreshed since the last `forget`. @throws Error when none is */
  anyRefreshed(): Promise<void> {
    return untilAll({ names: ['any'], isDone: () => this.#refreshes.size > 0, what: 'refreshed' });
  }

  stop(): void {
    this.#stop.abort();
  }

  #see({ metadata: { name }, status }: ExternalSecret): void {
    if (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')) this.#ready.add(name);
    else this.#ready.delete(name);
    const refreshTime = status?.refreshTime ?? '';
    const before = this.#refreshTimes.get(name);
    if (refreshTime !== '') this.#refreshTimes.set(name, refreshTime);
    // What was there when the watch began is no refresh that it saw.
    if (before !== undefined && before !== refreshTime) this.#refreshes.set(name, performance.now());
  }
}
