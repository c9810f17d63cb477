import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient } from '@eso/kube';

/** Watches the refreshes of a namespace and remembers how far apart they come. */
export class RefreshGaps {
  readonly #stop = new AbortController();
  readonly #seen = new Map<string, { readonly refreshTime: string; readonly atMs: number }>();
  #gaps: number[] = [];

  /** Begins to watch; resolves when the first refreshes are known. */
  static async watch(client: KubeClient, namespace: string): Promise<RefreshGaps> {
    const gaps = new RefreshGaps();
    const informer = createInformer(client, externalSecrets, { namespaces: [namespace] });
    informer.addHandler({ add: (es) => gaps.#see(es), update: (_before, after) => gaps.#see(after) });
    informer.start(gaps.#stop.signal);
    await informer.waitForSync(gaps.#stop.signal);
    return gaps;
  }

  /** Forgets what was seen until now; gaps that are open begin now. */
  restart(): void {
    const atMs = performance.now();
    this.#gaps = [];
    for (const [name, { refreshTime }] of this.#seen) this.#seen.set(name, { refreshTime, atMs });
  }

  /** Gaps since the last restart, and those that are still open: a refresh that never comes must not go uncounted. Milliseconds. */
  all(): readonly number[] {
    const now = performance.now();
    return [...this.#gaps, ...[...this.#seen.values()].map(({ atMs }) => now - atMs)];
  }

  /** How long the object that waits longest has been waiting, milliseconds. */
  get longestOpenMs(): number {
    return Math.max(0, ...[...this.#seen.values()].map(({ atMs }) => performance.now() - atMs));
  }

  stop(): void {
    this.#stop.abort();
  }

  #see(es: ExternalSecret): void {
    const { name } = es.metadata;
    const refreshTime = es.status?.refreshTime ?? '';
    const before = this.#seen.get(name);
    if (refreshTime === '' || refreshTime === before?.refreshTime) return;
    // The API server keeps seconds only; when the event came is exact.
    const atMs = performance.now();
    if (before) this.#gaps.push(atMs - before.atMs);
    this.#seen.set(name, { refreshTime, atMs });
  }
}
