import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '@eso/kube';
import type { OwnWrites } from './own-writes.ts';

/** `conflict`: the object is not what it was when the status was worked out; start over. `gone`: there is nothing to write to. */
export type StatusWrite = 'unchanged' | 'written' | 'conflict' | 'gone';

/** The kind of object whose status is written. */
export interface StatusWriterOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly written: OwnWrites<T>;
  /** What is remembered of the API server's answer. Default: all of it. */
  readonly snapshot?: ((object: T) => T) | undefined;
}

/** Writes the status of objects of one kind: one PUT where something changes, none where nothing does. */
export class StatusWriter<T extends KubeObject & { readonly status?: unknown }> {
  readonly #options: StatusWriterOptions<T>;

  constructor(options: StatusWriterOptions<T>) {
    this.#options = options;
  }

  /**
   * @param object as it was when the status was worked out; its resource version guards the write
   * @param status the same object as `object.status` where nothing changes
   * @throws KubeError of another kind than conflict and not found
   */
  async write(key: string, object: T, status: T['status'], signal: AbortSignal): Promise<StatusWrite> {
    const { client, type, written, snapshot = (answer: T): T => answer } = this.#options;
    if (status === object.status) return 'unchanged';
    try {
      written.recordWrite(key, snapshot(await client.updateStatus(type, { ...object, status }, { signal })));
      return 'written';
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      written.forget(key);
      return error.code === 'NOT_FOUND' ? 'gone' : 'conflict';
    }
  }
}
