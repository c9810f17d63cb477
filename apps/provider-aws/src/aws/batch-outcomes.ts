import { type BatchOutcome, type CallContext, inParallel, ProviderError, type RemoteRef } from '@eso/api/server';

/** How the references of a batch are read. */
export interface BatchReads {
  /** Whether it is read together with others; `read` is called at once for all of these. */
  readonly isGathered: (ref: RemoteRef) => boolean;
  readonly read: (ref: RemoteRef) => Promise<Uint8Array>;
}

/**
 * One outcome for each reference of a batch, in their order.
 * @throws ProviderError CREDENTIALS_REJECTED, which another login may mend for all of them; the reason of the call's signal
 */
export async function batchOutcomes(
  refs: readonly RemoteRef[],
  { signal }: CallContext,
  reads: BatchReads,
): Promise<readonly BatchOutcome[]> {
  const outcomes = new Map<number, BatchOutcome>();
  const settle = async (index: number, ref: RemoteRef): Promise<void> => {
    outcomes.set(index, await outcomeOf(ref, reads, signal));
  };
  const entries = [...refs.entries()];
  await Promise.all([
    ...entries.filter(([, ref]) => reads.isGathered(ref)).map(([index, ref]) => settle(index, ref)),
    inParallel(
      entries.filter(([, ref]) => !reads.isGathered(ref)),
      signal,
      ([index, ref]) => settle(index, ref),
    ),
  ]);
  return refs.map((_, index) => outcomes.get(index) ?? { error: ProviderError.from(undefined) });
}

async function outcomeOf(ref: RemoteRef, { read }: BatchReads, signal: AbortSignal): Promise<BatchOutcome> {
  try {
    return { value: await read(ref) };
  } catch (error) {
    signal.throwIfAborted();
    const failure = ProviderError.from(error);
    if (failure.code === 'CREDENTIALS_REJECTED') throw failure;
    return { error: failure };
  }
}
