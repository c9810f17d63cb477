import { ProviderError } from '../../contract/provider-error.ts';

/** How many backends may be open. */
export interface BackendLimits {
  /** Of one process. Default 1,000, at least 1. */
  readonly backends: number;
  /** Of one config object, which many namespaces may use with credentials of their own. Default half of `backends`. */
  readonly backendsPerConfig: number;
}

/** Backends of a process, unless its flags say otherwise. */
export const DEFAULT_BACKEND_LIMITS = { backends: 1_000 } as const;

/** The part of a backend's entry that room is made by. */
interface Occupant {
  readonly configId: string;
  readonly users: number;
}

/**
 * Bounds the open backends: each has connections and a login, and a store that takes its credentials from each requester has
 * as many as there are namespaces.
 */
export class BackendCapacity {
  readonly #limits: BackendLimits;

  constructor({
    backends = DEFAULT_BACKEND_LIMITS.backends,
    backendsPerConfig = Math.ceil(backends / 2),
  }: Partial<BackendLimits> = {}) {
    this.#limits = { backends, backendsPerConfig: Math.min(backendsPerConfig, backends) };
  }

  /**
   * Which one has to be closed so that one more of this config object fits; undefined when there is room.
   * @param live all that are opening, open, or waiting for their last call.
   * @param known those of them that calls are given, the one that was used last at the end.
   * @throws ProviderError PROVIDER_BUSY when all are in use.
   */
  evict<O extends Occupant>(
    configId: string,
    { live, known }: { readonly live: ReadonlySet<O>; readonly known: Iterable<O> },
  ): O | undefined {
    const { backends, backendsPerConfig } = this.#limits;
    const idle = [...known].filter(({ users }) => users === 0);
    const own = [...live].filter((occupant) => occupant.configId === configId);
    if (own.length >= backendsPerConfig) {
      const victim = idle.find((occupant) => occupant.configId === configId);
      if (victim) return victim;
      throw busy(`all ${backendsPerConfig} backends that this config object may have open are in use`);
    }
    if (live.size >= backends) {
      if (idle[0]) return idle[0];
      throw busy(`all ${backends} backends that this provider may have open are in use`);
    }
    return undefined;
  }
}

function busy(problem: string): ProviderError {
  return new ProviderError('PROVIDER_BUSY', problem, {
    nextStep:
      'nothing: it is tried again; if it lasts, spread the stores over several providers or raise --max-open-backends',
  });
}
