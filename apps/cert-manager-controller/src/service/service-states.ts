import { objectKey } from '@eso/kube';
import type { ServiceName } from '@eso/pki';
import type { Gauge } from '@eso/runtime';

/**
 * What became of a labelled Service:
 * - `served`: it has a certificate
 * - `waiting`: others get their first ones before it
 * - `over_limit`: its namespace has too many
 * - `refused`: it asks for what it cannot have, or its certificate could not be issued or stored
 * - `unexpected`: nobody has given this process the right to write the Secret that it asks for. Rights are given by namespace and by
 *   name where providers are installed, so that a label elsewhere is one that no administrator expects
 */
export type ServiceState = 'served' | 'waiting' | 'over_limit' | 'refused' | 'unexpected';

/** Counts the labelled Services of each namespace by their state. What is 0 has no series. */
export class ServiceStates {
  readonly #gauge: Gauge<'namespace' | 'state'>;
  readonly #states = new Map<string, ServiceState>();
  /** How many there are, by namespace and state. */
  readonly #counts = new Map<string, number>();

  constructor(gauge: Gauge<'namespace' | 'state'>) {
    this.#gauge = gauge;
  }

  set(name: ServiceName, state: ServiceState): void {
    const key = keyOf(name);
    const before = this.#states.get(key);
    if (before === state) return;
    this.#states.set(key, state);
    this.#add(name, state, 1);
    if (before) this.#add(name, before, -1);
  }

  /** It is gone, or has lost its label. */
  forget(name: ServiceName): void {
    const before = this.#states.get(keyOf(name));
    this.#states.delete(keyOf(name));
    if (before) this.#add(name, before, -1);
  }

  /** Nothing is known of any. */
  reset(): void {
    this.#states.clear();
    this.#counts.clear();
    this.#gauge.reset();
  }

  #add({ namespace }: ServiceName, state: ServiceState, by: 1 | -1): void {
    const key = `${namespace}/${state}`;
    const count = (this.#counts.get(key) ?? 0) + by;
    if (count > 0) {
      this.#counts.set(key, count);
      this.#gauge.set({ namespace, state }, count);
    } else {
      this.#counts.delete(key);
      this.#gauge.remove({ namespace, state });
    }
  }
}

const keyOf = ({ namespace, service }: ServiceName): string => objectKey({ namespace, name: service });
