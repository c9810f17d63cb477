import { compareResourceVersions, type Informer, type KubeObject } from '@eso/kube';

type Written = Pick<KubeObject, 'metadata'>;

/** What is asked of the informer that shows the same objects. */
export interface FollowedInformer<T> extends Pick<Informer<T>, 'position' | 'onProgress'> {
  readonly store: Pick<Informer<T>['store'], 'getByKey'>;
}

/**
 * What this process wrote, or read past its informer, and the informer has not shown yet. A reconcile that reads only the informer would see the object as
 * it was before its own last write, and do the work again.
 *
 * Whether a write is still ahead of the informer is told by positions alone: once the informer's position has reached the
 * version of a write, what the informer shows is the truth, be it newer or gone. So an answer that arrives after the object
 * was deleted again is not taken for news, and nothing here outlives the informer's view. Versions of one resource compare as
 * numbers (KEP-5504).
 */
export class OwnWrites<T extends Written> {
  readonly #informer: FollowedInformer<T>;
  readonly #vanished: (key: string, last: T) => void;
  readonly #written = new Map<string, T>();

  /**
   * @param vanished told of an object that was written, or seen, and that the informer turned out not to have: it was deleted while
   *   nobody watched, so that no event ever speaks of it
   */
  constructor(informer: FollowedInformer<T>, vanished: (key: string, last: T) => void) {
    this.#informer = informer;
    this.#vanished = vanished;
    informer.onProgress((namespace) => this.#prune(namespace));
  }

  /** Remembers the API server's answer to a write, unless the informer is past it already. */
  recordWrite(key: string, object: T): void {
    // The latest last: an object that is written again and again must not stand before the others for ever.
    this.#written.delete(key);
    if (this.#isAhead(object)) this.#written.set(key, object);
    else this.#notifyIfVanished(key, object);
  }

  /**
   * Remembers what the API server showed of an object that the informer does not have yet. When it goes before the informer has
   * come that far, a list may show only that it is not there, which is no event.
   * @returns false when the informer is past that version and does not have the object: it has gone since
   */
  recordRead(key: string, object: T): boolean {
    if (!this.#isAhead(object)) return this.#informer.store.getByKey(key) !== undefined;
    this.#written.delete(key);
    this.#written.set(key, object);
    return true;
  }

  /** Forgets a key: the API server said that the object is gone or not what was thought. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  /** The newer of what was written and what the informer shows. */
  latest(key: string): T | undefined {
    const written = this.#written.get(key);
    return written && this.#isAhead(written) ? written : this.#informer.store.getByKey(key);
  }

  /** Number of writes that the informer has not shown yet. */
  get size(): number {
    return this.#written.size;
  }

  #isAhead({ metadata: { namespace, resourceVersion = '' } }: T): boolean {
    return compareResourceVersions(resourceVersion, this.#informer.position(namespace)) > 0;
  }

  #prune(namespace: string | undefined): void {
    for (const [key, object] of this.#written) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      // Answers come about in order: those behind the first that is ahead get their turn soon.
      if (this.#isAhead(object)) return;
      this.#written.delete(key);
      this.#notifyIfVanished(key, object);
    }
  }

  #notifyIfVanished(key: string, object: T): void {
    if (this.#informer.store.getByKey(key) === undefined) this.#vanished(key, object);
  }
}
