import { type Code, ConnectError } from '@connectrpc/connect';
import { fromConnectError, type ProviderError } from '@eso/api/contract';

/** Calls of one tenant by name; each yields its answer as text, and is given up when `timeoutMs` are over. */
export type AdverseCalls = Readonly<Record<string, (timeoutMs: number) => Promise<string>>>;

/** How a call ended. */
export type CallOutcome = { readonly answer: string } | { readonly status: Code; readonly error: ProviderError };

/** How all of them end, made at the same time. */
export async function allOutcomes(calls: AdverseCalls, timeoutMs: number): Promise<ReadonlyMap<string, CallOutcome>> {
  const made = Object.entries(calls).map(async ([name, call]) => [name, await outcomeOf(call(timeoutMs))] as const);
  return new Map(await Promise.all(made));
}

/** What all of them answer. @throws Error when one does not */
export async function answersOf(calls: AdverseCalls): Promise<ReadonlyMap<string, string>> {
  const made = Object.entries(calls).map(async ([name, call]) => [name, await call(60_000)] as const);
  return new Map(await Promise.all(made));
}

async function outcomeOf(call: Promise<string>): Promise<CallOutcome> {
  try {
    return { answer: await call };
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    return { status: error.code, error: fromConnectError(error) };
  }
}
