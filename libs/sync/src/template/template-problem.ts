import type { Fuel } from '@eso/runtime';
import { FuelSpent } from '@eso/runtime';
import { TemplateError } from '@eso/template';
import { SyncError, type SyncErrorCode } from '../error.ts';

/** Which text an error is about. */
export interface FailedText {
  readonly field: string;
  readonly prefix: string;
  /** What pays for the work; where it ends, a worker does it again. */
  readonly fuel: Fuel;
}

/**
 * What a template threw, for the user: the SyncError with the field. Time that ran out on this thread is fuel that is spent.
 * @returns what is to be thrown instead
 */
export function templateProblem(thrown: unknown, { field, prefix, fuel }: FailedText): unknown {
  if (thrown instanceof FuelSpent) return thrown.field === undefined ? new FuelSpent(thrown.limit, field) : thrown;
  if (!(thrown instanceof TemplateError)) return thrown;
  if (thrown.code === 'TIMEOUT' && fuel.limit !== Infinity) return new FuelSpent(fuel.limit, field);
  const { code, nextStep } = remedyOf(thrown);
  // The engine's error may hold values, and is no cause of one that is shown.
  return new SyncError({ code, field, what: `${prefix}${thrown.publicMessage}`, nextStep });
}

function remedyOf({ code, limit }: TemplateError): { readonly code: SyncErrorCode; readonly nextStep: string } {
  switch (code) {
    case 'PARSE':
      return { code: 'TEMPLATE_INVALID', nextStep: 'Correct the template.' };
    case 'EXECUTE':
      return { code: 'TEMPLATE_FAILED', nextStep: 'Correct the template, or fetch what it reads.' };
    case 'TARGET':
      return { code: 'TEMPLATE_FAILED', nextStep: 'Correct the template so that its output fits its target.' };
    case 'LIMIT':
    case 'TIMEOUT':
      return limit === 'output'
        ? { code: 'DATA_TOO_LARGE', nextStep: 'Change the template so that it writes less.' }
        : { code: 'TOO_EXPENSIVE', nextStep: 'Use a simpler template, or select fewer secrets.' };
    case 'INTERNAL':
      return { code: 'UNEXPECTED', nextStep: 'Report this as a bug, with the template.' };
  }
}
