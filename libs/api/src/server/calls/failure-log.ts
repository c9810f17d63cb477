import type { Logger } from '@eso/runtime';
import { type BackendAnswer, ProviderError } from '../../contract/provider-error.ts';
import { isToldDefect } from '../backends/author-errors.ts';
import type { BatchOutcome } from '../backend.ts';
import { failureTrace } from './failure-trace.ts';

/** Causes that are looked through for what the backend answered. */
const MAX_CAUSES = 4;

/**
 * One line for a call: a failed one with its code, field, the backend's own code and request id, and where it was thrown; never a value.
 * Success is a debug line: at a hundred calls a second nobody reads them. So is a defect of the provider that has a line of its own.
 */
export function logCall(logger: Logger, failure: ProviderError | undefined, fields: Record<string, unknown>): void {
  if (!failure) {
    logger.debug({ ...fields, code: 'OK' }, 'call answered');
    return;
  }
  const details = { ...fields, ...failureFields(failure) };
  if (isToldDefect(failure)) logger.debug(details, 'call failed for a defect of the provider');
  else if (failure.code === 'INTERNAL') logger.error(details, 'call failed unexpectedly');
  else logger.info(details, `call failed: ${failure.publicMessage}`);
}

/**
 * The failures within a batch that is answered all the same: one line for each answer of the backend that they come from, with the number
 * of references that it failed.
 */
export function logOutcomes(logger: Logger, outcomes: readonly BatchOutcome[], fields: Record<string, unknown>): void {
  const lines = new Map<string, { readonly failure: ProviderError; refs: number }>();
  for (const outcome of outcomes) {
    if (!('error' in outcome) || isToldDefect(outcome.error)) continue;
    const failure = outcome.error;
    const answer = backendAnswerOf(failure);
    const id = JSON.stringify([failure.code, answer?.code, answer?.requestId]);
    const line = lines.get(id) ?? { failure, refs: 0 };
    line.refs += 1;
    lines.set(id, line);
  }
  for (const { failure, refs } of lines.values())
    logger.info(
      { ...fields, ...failureFields(failure), refs },
      refs === 1
        ? `reference failed: ${failure.publicMessage}`
        : `${refs} references failed, one of them: ${failure.publicMessage}`,
    );
}

/** What a line says of a failure besides its words. */
export function failureFields(failure: ProviderError): Record<string, unknown> {
  const { code, field, cause } = failure;
  const backend = backendAnswerOf(failure);
  return {
    code,
    field,
    ...(backend && { backend }),
    ...(cause === undefined ? {} : { failure: failureTrace(cause) }),
  };
}

/** What the backend answered, said by the failure itself or by one that it was made of. */
function backendAnswerOf(failure: ProviderError): BackendAnswer | undefined {
  let next: unknown = failure;
  for (let depth = 0; depth < MAX_CAUSES && next instanceof ProviderError; depth++) {
    if (next.backend) return next.backend;
    next = next.cause;
  }
  return undefined;
}
