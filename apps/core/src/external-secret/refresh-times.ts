import type { ExternalSecret, ExternalSecretStatus } from '@eso/api/resources';

/** A refresh that is in no status. */
interface HeldBack {
  readonly uid: string;
  /** `status.refreshTime` when refreshes began to be held back. Whoever writes another, or empties it, means it. */
  readonly base: string;
  readonly refreshTime: string;
  /** How many in a row were held back, this one included. */
  readonly count: number;
}

/**
 * Times of refreshes that changed nothing and were not written: of `every` in a row one is. What is remembered ends with the object, with
 * any other status, and with this process, which at worst refreshes early then.
 */
export class RefreshTimes {
  readonly #every: number;
  readonly #held = new Map<string, HeldBack>();

  /** @param every from 1: how many refreshes in a row cost one write */
  constructor(every: number) {
    this.#every = every;
  }

  /** The object with the later of both times in its status; itself where nothing is held back. What no longer holds is forgotten. */
  applyTo(key: string, es: ExternalSecret | undefined): ExternalSecret | undefined {
    const shown = es && this.show(key, es);
    if (shown === es) this.#held.delete(key);
    return shown;
  }

  /** As {@link applyTo}, for an object that may be older than what this process wrote: nothing is forgotten over it. */
  show(key: string, es: ExternalSecret): ExternalSecret {
    const held = this.#held.get(key);
    if (held === undefined || es.status?.refreshTime !== held.base || es.metadata.uid !== held.uid) return es;
    return { ...es, status: { ...es.status, refreshTime: held.refreshTime } };
  }

  /**
   * Holds back a status that says nothing new but the time of the refresh, unless it is its turn to be written.
   * @param es as {@link applyTo} returned it
   * @returns whether it is held back
   */
  holdBack(key: string, es: ExternalSecret, after: ExternalSecretStatus | undefined): boolean {
    if (this.#every <= 1 || !saysOnlyTheTime(es.status, after)) return false;
    const held = this.#held.get(key);
    const count = (held?.count ?? 0) + 1;
    if (count >= this.#every) return false;
    const { uid = '' } = es.metadata;
    this.#held.set(key, {
      uid,
      base: held?.base ?? es.status?.refreshTime ?? '',
      refreshTime: after.refreshTime,
      count,
    });
    return true;
  }

  /** Of how many objects a refresh is held back. */
  get size(): number {
    return this.#held.size;
  }
}

function saysOnlyTheTime(
  before: ExternalSecretStatus | undefined,
  after: ExternalSecretStatus | undefined,
): after is ExternalSecretStatus & { refreshTime: string } {
  if (!before?.refreshTime || !after?.refreshTime || before.refreshTime === after.refreshTime) return false;
  const [was, is] = [before.conditions ?? [], after.conditions ?? []];
  return (
    before.syncedResourceVersion === after.syncedResourceVersion &&
    before.binding?.name === after.binding?.name &&
    was.length === is.length &&
    was.every((condition, index) => condition === is[index])
  );
}
