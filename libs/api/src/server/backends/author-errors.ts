import type { Logger } from '@eso/runtime';
import { errorCodes } from '../../contract/codes.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import type { AuthorCallback, AuthorFaults } from './author-faults.ts';

const NEXT_STEP = "report it to the provider's author; the provider's log says where it happened";

/** Functions in which a secret is asked for by name, so that its absence can be said. */
const MAY_MISS: ReadonlySet<AuthorCallback> = new Set(['getSecret', 'getSecretMap', 'pushSecret', 'deleteSecret']);

const told = new WeakSet<ProviderError>();

/** Whether an error stands for a defect of the author's that has its line in the log. */
export function isToldDefect(error: ProviderError): boolean {
  return told.has(error);
}

/**
 * What an author's function threw, as the caller may see it. A ProviderError passes, unless its code has no place there: core
 * deletes target Secrets on SECRET_NOT_FOUND, and codes of the transport say something about connections.
 */
export function fromAuthor(
  faults: AuthorFaults,
  logger: Logger,
  callback: AuthorCallback,
  thrown: unknown,
): ProviderError {
  if (!(thrown instanceof ProviderError)) {
    faults.record(logger, callback, 'threw', { problem: 'threw something that is no ProviderError', thrown });
    return toldDefect(ProviderError.from(thrown));
  }
  const { code } = thrown;
  const outOfPlace =
    errorCodes[code].origin === 'transport' || (code === 'SECRET_NOT_FOUND' && !MAY_MISS.has(callback));
  if (!outOfPlace) return thrown;
  faults.record(logger, callback, 'code', { problem: `threw ${code}, which it may not`, thrown });
  return toldDefect(
    new ProviderError('INTERNAL', `the provider failed in ${callback}: ${thrown.publicMessage}`, {
      nextStep: NEXT_STEP,
      cause: thrown,
    }),
  );
}

/**
 * The error for a function that returned something of a wrong type.
 * @param problem what it returned, by type only: `text instead of bytes`.
 */
export function wrongReturn(
  faults: AuthorFaults,
  logger: Logger,
  callback: AuthorCallback,
  problem: string,
): ProviderError {
  faults.record(logger, callback, 'returned', { problem: `returned ${problem}` });
  return toldDefect(
    new ProviderError('INTERNAL', `the provider returned ${problem} (${callback})`, { nextStep: NEXT_STEP }),
  );
}

function toldDefect(error: ProviderError): ProviderError {
  told.add(error);
  return error;
}
