import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient } from '@eso/kube';

/** What was seen of the refreshes of one ExternalSecret. */
export interface Refreshes {
  readonly count: number;
  /** The longest time between two of them, the one that is open included, milliseconds. */
  readonly longestGapMs: number;
  /** Messages of the Ready condition while it was not True. */
  readonly failures: readonly string[];
}

/** Watches the ExternalSecrets of a namespace, as a user with `kubectl get --watch` would. */
export class RefreshWatch {
  readonly #stop = new AbortController();
  readonly #lastTime = new Map<string, string>();
  #begunAt = performance.now();
  #notes = new Map<string, { refreshedAt: number; count: number; longestGapMs: number; failures: string[] }>();

  static async start(client: KubeClient, namespace: string): Promise<RefreshWatch> {
    const watch = new RefreshWatch();
    const informer = createInformer(client, externalSecrets, { namespaces: [namespace] });
    informer.addHandler({ add: (es) => watch.#see(es), update: (_before, after) => watch.#see(after) });
    informer.start(watch.#stop.signal);
    await informer.waitForSync(watch.#stop.signal);
    return watch;
  }

  /** Forgets what was seen until now. */
  begin(): void {
    this.#begunAt = performance.now();
    this.#notes = new Map();
  }

  /** What was seen of this one since the beginning. */
  of(name: string): Refreshes {
    const { refreshedAt, count, longestGapMs, failures } = this.#note(name);
    return { count, failures, longestGapMs: Math.max(longestGapMs, performance.now() - refreshedAt) };
  }

  stop(): void {
    this.#stop.abort();
  }

  #note(name: string) {
    const note = this.#notes.get(name) ?? { refreshedAt: this.#begunAt, count: 0, longestGapMs: 0, failures: [] };
    this.#notes.set(name, note);
    return note;
  }

  #see({ metadata: { name }, status }: ExternalSecret): void {
    const note = this.#note(name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready && ready.status !== 'True') note.failures.push(ready.message ?? '');
    const refreshTime = status?.refreshTime ?? '';
    if (refreshTime === '' || refreshTime === this.#lastTime.get(name)) return;
    this.#lastTime.set(name, refreshTime);
    const now = performance.now();
    note.count++;
    note.longestGapMs = Math.max(note.longestGapMs, now - note.refreshedAt);
    note.refreshedAt = now;
  }
}
