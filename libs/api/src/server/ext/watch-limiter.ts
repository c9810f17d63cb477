import { ProviderError } from '../../contract/provider-error.ts';

/** Bounds the watches of a process: each keeps a call and a backend for itself. One namespace has half of them at most. */
export class WatchLimiter {
  readonly #total: number;
  readonly #byNamespace = new Map<string, number>();
  #size = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /**
   * Takes a place.
   * @returns gives it back; more than once is once
   * @throws ProviderError PROVIDER_BUSY
   */
  acquire(namespace: string): () => void {
    const own = this.#byNamespace.get(namespace) ?? 0;
    if (this.#size >= this.#total || own >= Math.ceil(this.#total / 2))
      throw new ProviderError('PROVIDER_BUSY', `there are as many watches as this provider allows (${this.#total})`, {
        nextStep: 'nothing: secrets are refreshed at their interval; if it lasts, raise --max-watches of the provider',
      });
    this.#size += 1;
    this.#byNamespace.set(namespace, own + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#size -= 1;
      const left = (this.#byNamespace.get(namespace) ?? 1) - 1;
      if (left > 0) this.#byNamespace.set(namespace, left);
      else this.#byNamespace.delete(namespace);
    };
  }
}
