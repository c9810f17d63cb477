import { isSpoken, ProviderError } from '@eso/api/contract';
import type { ProviderCapabilities, ProviderClient } from '@eso/client';
import type { StoreQuestion } from './validated-kind.ts';
import { failedVerdict, incompatibleVerdict, invalidVerdict, isUnreachable, type StoreVerdict } from './verdict.ts';

/** What is asked, on whose behalf. */
type ValidationRequest = Pick<StoreQuestion, 'providerRef' | 'sourceNamespace' | 'hasConfig'>;

/**
 * Asks the process what it can do, and whether it can work with its config. Never throws but for the caller's own
 * `signal`: a failed call is a verdict, too.
 */
export async function validateStore(
  client: ProviderClient,
  question: ValidationRequest,
  signal: AbortSignal,
): Promise<StoreVerdict> {
  // First, because only this answer is understood whatever version of the contract the process speaks.
  const told = await callCapabilities(client, question, signal);
  if (told instanceof ProviderError) return failedVerdict(told);
  const { coarse, features, protocol } = told;
  if (protocol && !isSpoken(protocol)) return incompatibleVerdict(protocol);
  const capabilities = {
    ...(coarse === undefined ? {} : { capabilities: coarse }),
    ...(features === undefined ? {} : { features }),
  };
  try {
    return { ...(await callValidate(client, question, signal)), ...capabilities };
  } catch (error) {
    signal.throwIfAborted();
    return failedVerdict(ProviderError.from(error));
  }
}

async function callValidate(
  client: ProviderClient,
  { providerRef, sourceNamespace, hasConfig }: ValidationRequest,
  signal: AbortSignal,
): Promise<StoreVerdict> {
  if (!hasConfig) {
    // Every consumer of the store has its own config, so there is none to ask about. That the process is there and willing
    // is all that can be known.
    await client.checkHealth({ signal });
    return { kind: 'unknown', warnings: [] };
  }
  const validation = await client.validate(providerRef, sourceNamespace, { signal });
  if (validation.kind === 'invalid') return invalidVerdict(validation.message, configField(providerRef));
  return { kind: validation.kind, warnings: validation.warnings };
}

/**
 * What the process says that it can do: nothing where its answer is an error, which says nothing about what it can do. An error
 * where it was not reached, so that there is no use in asking on.
 */
async function callCapabilities(
  client: ProviderClient,
  { providerRef, sourceNamespace }: ValidationRequest,
  signal: AbortSignal,
): Promise<ProviderCapabilities | ProviderError> {
  try {
    return await client.capabilities(providerRef, sourceNamespace, { signal });
  } catch (thrown) {
    signal.throwIfAborted();
    const error = ProviderError.from(thrown);
    return isUnreachable(error.code) ? error : {};
  }
}

/** Where the user finds the config, for a next step. */
function configField({ kind, storeRefKind }: StoreQuestion['providerRef']): string {
  return kind === storeRefKind ? 'spec.provider' : 'the config that spec.providerRef names';
}
