import type { Logger } from '@eso/runtime';
import type { ProviderError } from '../../contract/provider-error.ts';
import type { Change } from '../backend.ts';
import { fromAuthor, wrongReturn } from './author-errors.ts';
import type { AuthorFaults } from './author-faults.ts';

/** What a backend's watch yields, as the kit reads it: a change of the right type or a ProviderError. */
export async function* checkedChanges(
  changes: AsyncIterable<unknown>,
  { faults, logger, signal }: { readonly faults: AuthorFaults; readonly logger: Logger; readonly signal?: AbortSignal },
): AsyncGenerator<Change, void> {
  let problem: ProviderError | undefined;
  try {
    for await (const change of changes) {
      if (isChange(change)) yield change;
      else throw (problem = wrongReturn(faults, logger, 'watch', 'a change that is no list of keys'));
    }
  } catch (error) {
    if (error === problem || signal?.aborted) throw error;
    throw fromAuthor(faults, logger, 'watch', error);
  }
}

function isChange(change: unknown): change is Change {
  return change === 'anything' || (Array.isArray(change) && change.every((key) => typeof key === 'string'));
}
