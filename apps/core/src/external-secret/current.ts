import { isSameVersion } from '@eso/sync';
import type { Call } from './gather.ts';
import type { Observation } from './observe.ts';

/**
 * Whether what a pass stands on is still so after time has gone by: the same object with the same spec, labels and annotations,
 * not being deleted, and the same stores with the same spec. What it found out is worth nothing otherwise, whatever it is.
 * @param before what the pass observed at its beginning
 * @param now the same key observed anew
 */
export function isCurrent(before: Observation, now: Observation | undefined, calls: readonly Call[]): boolean {
  if (!now) return false;
  const [was, is] = [before.es.metadata, now.es.metadata];
  return (
    was.uid === is.uid &&
    was.deletionTimestamp === is.deletionTimestamp &&
    isSameVersion(before.es, now.es) &&
    calls.every(({ source, store }) => {
      const found = now.findStore(source.store);
      return found?.uid === store.uid && found.generation === store.generation && found.allows(now.namespace);
    })
  );
}
