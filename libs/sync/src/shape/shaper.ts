import { type Clock, Fuel, FuelSpent, type Logger, type Registry } from '@eso/runtime';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { type Answer, assemble } from './assemble.ts';

export interface ShaperOptions {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Whose answers are put together. */
export interface ShapedObject {
  /** Namespaces share the worker fairly, whatever each of them asks of it. */
  readonly namespace: string;
  /** UID of the ExternalSecret. */
  readonly uid: string;
  readonly generation: number;
}

/** Puts answers together without holding up the process, whatever a tenant wrote. */
export interface Shaper {
  /**
   * Puts the answers together: here, if it is little work, otherwise in a worker.
   * @throws SyncError; one with `retryable` may go away by itself, another only by a change of the input. The signal's reason
   */
  assemble(answers: readonly Answer[], signal: AbortSignal, object: ShapedObject): Promise<SecretData>;
  /** Ends the worker. What still waits fails. */
  close(): Promise<void>;
}

const LOOP_STEPS = 20_000_000;

export function createShaper(_options: ShaperOptions): Shaper {
  return {
    assemble: (answers, signal) =>
      Promise.resolve().then(() => {
        signal.throwIfAborted();
        try {
          return assemble(answers, { fuel: new Fuel(LOOP_STEPS) });
        } catch (error) {
          if (error instanceof FuelSpent) throw tooExpensive(error);
          throw error;
        }
      }),
    close: () => Promise.resolve(),
  };
}

function tooExpensive({ field, message }: FuelSpent): SyncError {
  return new SyncError({
    code: 'TOO_EXPENSIVE',
    field: field ?? 'spec',
    what: message,
    nextStep: 'Use simpler expressions, fewer operations, or select fewer secrets.',
  });
}
