import type { DescMessage, DescMethodUnary, MessageShape } from '@bufbuild/protobuf';
import { type Clock, type Deadline, within } from '@eso/runtime';
import type { Subchannel } from './subchannel.ts';

/** How much longer than its deadline a call may take to end here before it is abandoned, milliseconds. */
const GRACE_MS = 1_000;

/** A call whose promise did not settle although it was told to end (as in connect-es #1561 and #1678). */
export class NeverSettled extends Error {
  override readonly name = 'NeverSettled';
}

/** One attempt of a call. */
export interface Attempt<O extends DescMessage> {
  readonly session: Pick<Subchannel, 'call'>;
  readonly method: DescMethodUnary<DescMessage, O>;
  /** The request with its gRPC header. */
  readonly frame: Buffer;
  readonly tenant: string;
  readonly deadline: Deadline;
  readonly clock: Clock;
}

/**
 * Sends one call and waits for the answer, to its deadline and one second more at the longest, whatever becomes of the promise
 * below.
 * @throws what the session throws; NeverSettled.
 */
export async function attempt<O extends DescMessage>({
  session,
  method,
  frame,
  tenant,
  deadline,
  clock,
}: Attempt<O>): Promise<MessageShape<O>> {
  const remainingMs = deadline.remainingMs();
  const { signal } = deadline;
  const call = session.call(method, frame, { signal, timeoutMs: providerTimeoutMs(remainingMs), tenant });
  const late = (): Error => new NeverSettled('the call did not end with its deadline');
  return within(call, { clock, ms: remainingMs + GRACE_MS, late });
}

/**
 * The provider is told to give up a little earlier than this side does. Its answer that it ran out of time then arrives in time, and
 * a slow backend is not taken for a provider that hangs.
 */
function providerTimeoutMs(remainingMs: number): number {
  return remainingMs - Math.min(1_000, remainingMs / 10);
}
