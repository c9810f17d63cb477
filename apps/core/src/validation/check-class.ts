import type { ProviderClient } from '@eso/client';
import { ProviderError } from '@eso/api/contract';
import { storeProblems } from '@eso/sync';
import { className, type ClassObject, type ClassView } from '../store/class-view.ts';
import type { Classes } from '../store/classes.ts';
import type { EndpointResolution, StoreRefusal } from '../store/store-view.ts';
import { ruleRefusal } from '../store/view-parts.ts';
import type { Checked } from './validated-kind.ts';
import { failedVerdict, type StoreVerdict } from './verdict.ts';

/** How often a class that is well is looked at, in milliseconds. */
export const HEALTH_INTERVAL_MS = 30_000;

/** A class as the caches show it. */
export interface ClassObservation {
  readonly object: ClassObject;
  readonly view: ClassView;
  readonly classes: Pick<Classes, 'takenFrom'>;
  readonly resolveEndpoint: () => EndpointResolution;
}

/** The checks of a class: its own fields, what it claims is its own, and its process can be found. */
export function checkClass({ object, view, classes, resolveEndpoint }: ClassObservation): Checked | StoreRefusal {
  const [broken] = storeProblems(view.kind, object);
  if (broken) return ruleRefusal(broken);
  const taken = classes.takenFrom(view, object);
  if (taken) {
    const { claim, holder } = taken;
    const { field, what } = claim;
    return {
      kind: 'refused',
      problem: {
        code: 'CLAIM_TAKEN',
        field,
        publicMessage: `${className(holder)} claims ${what} already`,
        nextStep:
          'Take it out of spec.serves, or delete the other class. Stores can name this class in spec.runtimeRef.',
      },
    };
  }
  const endpoint = resolveEndpoint();
  if (endpoint.kind === 'refused') return endpoint;
  const wasReady = view.ready.status === 'True';
  return {
    kind: 'passed',
    endpoint: endpoint.endpoint,
    intervalMs: HEALTH_INTERVAL_MS,
    ask: async (client, signal) => {
      const verdict = await checkHealth(client, signal);
      // All stores of a class fail with it, so one answer that is missing is not believed.
      return verdict.kind === 'valid' || !wasReady ? verdict : checkHealth(client, signal);
    },
  };
}

async function checkHealth(client: ProviderClient, signal: AbortSignal): Promise<StoreVerdict> {
  try {
    await client.checkHealth({ signal });
    return { kind: 'valid', warnings: [] };
  } catch (thrown) {
    signal.throwIfAborted();
    return failedVerdict(ProviderError.from(thrown));
  }
}
