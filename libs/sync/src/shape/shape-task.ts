import type { WorkerTask } from '@eso/runtime';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError, type SyncErrorOptions } from '../error.ts';
import { type Answer, assemble } from '../external-secret/assemble.ts';

/** What came of putting answers together, as it crosses the border of a worker. */
export type Shaped =
  | { readonly kind: 'data'; readonly data: SecretData }
  | { readonly kind: 'error'; readonly error: Omit<SyncErrorOptions, 'cause'> };

/** Puts answers together; what is wrong with them is an answer like any other. */
export const shapeTask: WorkerTask<readonly Answer[], Shaped> = {
  name: 'shape',
  run: (answers, fuel) => {
    try {
      return { kind: 'data', data: assemble(answers, { fuel }) };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const { code, field, publicMessage, nextStep } = error;
      return { kind: 'error', error: { code, field, what: publicMessage, nextStep } };
    }
  },
};
