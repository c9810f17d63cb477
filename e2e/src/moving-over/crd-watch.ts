import { customResourceDefinitions, type KubeClient } from '@eso/kube';

/** Follows all CRDs, and keeps what was done to any that must not be: a deletion, begun or done. */
export class CrdWatch {
  /** `<what happened>: <name>`, in order. */
  readonly deletions: string[] = [];
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;

  private constructor(client: KubeClient, resourceVersion: string) {
    this.#ended = this.#follow(client, resourceVersion);
  }

  /** Begins with what is there now. */
  static async start(client: KubeClient): Promise<CrdWatch> {
    const { resourceVersion } = await client.list(customResourceDefinitions, { metadataOnly: true });
    return new CrdWatch(client, resourceVersion);
  }

  /** Ends it. @throws Error when it was not there the whole time */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#ended;
  }

  async #follow(client: KubeClient, start: string): Promise<void> {
    const { signal } = this.#stopped;
    let resourceVersion = start;
    while (!isAborted(signal)) {
      const options = { resourceVersion, metadataOnly: true, signal };
      try {
        for await (const event of client.watch(customResourceDefinitions, options)) {
          if (event.type === 'OVERSIZED') throw new Error('a CRD is too large to be followed');
          const { name, deletionTimestamp, resourceVersion: seen } = event.object.metadata;
          if (event.type === 'DELETED') this.deletions.push(`deleted: ${name}`);
          else if (deletionTimestamp !== undefined) this.deletions.push(`being deleted: ${name}`);
          resourceVersion = seen ?? resourceVersion;
        }
      } catch (error) {
        if (!isAborted(signal)) throw error;
      }
    }
  }
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted;
