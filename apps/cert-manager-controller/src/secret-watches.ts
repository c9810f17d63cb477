import { createInformer, type KubeClient, objectKey, secrets } from '@eso/kube';
import type { Logger } from '@eso/runtime';

/** What {@link SecretWatches} watch with, and whom they notify. */
export interface SecretWatchesOptions {
  readonly client: KubeClient;
  readonly logger: Logger;
  /** Called with the key of the reconcile that has to look at its Secret. */
  readonly onChange: (key: string) => void;
}

interface NamedSecret {
  readonly namespace: string;
  readonly name: string;
}

interface Watch {
  /** Keys of the reconciles that want to know. */
  readonly subscribers: Set<string>;
  readonly stop: AbortController;
  health(): string | undefined;
}

/**
 * Watches single Secrets by name, one watch for each, and metadata alone: a role that allows this needs the names of these
 * Secrets (`resourceNames`) and shows nothing of any other, and no key passes through.
 */
export class SecretWatches {
  readonly #options: SecretWatchesOptions;
  /** By key of the Secret. */
  readonly #watches = new Map<string, Watch>();
  /** Key of the Secret, by the reconcile that wants it. */
  readonly #watchedBy = new Map<string, string>();

  /** @param signal ends all watches */
  constructor(options: SecretWatchesOptions, signal: AbortSignal) {
    this.#options = options;
    signal.addEventListener('abort', () => this.#stopAll(), { once: true });
  }

  /** Watches the Secret for the reconcile of this key, and no longer the one it wanted before. */
  watch(key: string, secret: NamedSecret): void {
    const secretKey = objectKey(secret);
    if (this.#watchedBy.get(key) === secretKey) return;
    this.unwatch(key);
    this.#watchedBy.set(key, secretKey);
    const watch = this.#watches.get(secretKey) ?? this.#open(secretKey, secret);
    watch.subscribers.add(key);
  }

  /** Ends the interest of a reconcile, and the watch with the last one. */
  unwatch(key: string): void {
    const secretKey = this.#watchedBy.get(key);
    if (secretKey === undefined) return;
    this.#watchedBy.delete(key);
    const watch = this.#watches.get(secretKey);
    watch?.subscribers.delete(key);
    if (watch?.subscribers.size !== 0) return;
    this.#watches.delete(secretKey);
    watch.stop.abort();
  }

  /** Ends the interest of a reconcile unless it is in this Secret. */
  unwatchOther(key: string, secret: NamedSecret): void {
    if (this.#watchedBy.get(key) !== objectKey(secret)) this.unwatch(key);
  }

  /** The reason when the watch that the reconcile of this key relies on is out of date. */
  health(key: string): string | undefined {
    return this.#watches.get(this.#watchedBy.get(key) ?? '')?.health();
  }

  #open(secretKey: string, { namespace, name }: NamedSecret): Watch {
    const { client, logger, onChange } = this.#options;
    const informer = createInformer(client, secrets, {
      namespaces: [namespace],
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      name: `secrets/${secretKey}`,
      logger,
    });
    const stop = new AbortController();
    const watch: Watch = { subscribers: new Set(), stop, health: () => informer.health() };
    const notify = (): void => watch.subscribers.forEach((key) => onChange(key));
    informer.addHandler({ add: notify, update: notify, delete: notify });
    this.#watches.set(secretKey, watch);
    informer.start(stop.signal);
    // Between the read that led here and the start of the watch the Secret may have gone without an event.
    informer.waitForSync(stop.signal).then(notify, () => undefined);
    return watch;
  }

  #stopAll(): void {
    for (const { stop } of this.#watches.values()) stop.abort();
    this.#watches.clear();
    this.#watchedBy.clear();
  }
}
