import type { KubeObject } from '@eso/kube';

/**
 * What this process wrote and its informer has not shown yet. A reconcile that reads only the informer would see the
 * object as it was before its own last write, and do the work again.
 *
 * Kubernetes guarantees since 1.35 (KEP-5504) that resource versions of one resource compare as decimal numbers.
 */
export class MutationCache<T extends Pick<KubeObject, 'metadata'>> {
  readonly #written = new Map<string, T>();

  /** Remembers the API server's answer to a write of ours. */
  wrote(key: string, object: T): void {
    this.#written.set(key, object);
  }

  /** Forgets a key, for example after a delete or a conflict. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  /**
   * The newer of what the informer shows and what was written.
   * @param seen the informer's object; undefined when it has none (yet, or no more)
   */
  newest(key: string, seen: T | undefined): T | undefined {
    const written = this.#written.get(key);
    if (!written) return seen;
    if (seen && (seen.metadata.uid !== written.metadata.uid || isNewerOrSame(seen, written))) {
      this.#written.delete(key);
      return seen;
    }
    return written;
  }

  /** Number of writes that the informer has not shown yet. */
  get size(): number {
    return this.#written.size;
  }
}

function isNewerOrSame(a: Pick<KubeObject, 'metadata'>, b: Pick<KubeObject, 'metadata'>): boolean {
  const [versionA, versionB] = [a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? ''];
  return versionA.length === versionB.length ? versionA >= versionB : versionA.length > versionB.length;
}
