/** Texts of conditions and events: `<prefix>: <field>: <what> [CODE]. <next step>`. */
import { bounded, plainText } from '@eso/runtime';

/** A failure that a user reads about; SyncError and ProviderError both have this shape. */
export interface Problem {
  readonly code: string;
  /** Path of the field it is about. */
  readonly field?: string | undefined;
  readonly publicMessage: string;
  readonly nextStep?: string | undefined;
}

/** The API server refuses events with a longer message (core/v1 validation). */
const MAX_MESSAGE_BYTES = 1024;
/** Room for the sentence that helps, however long the explanation of what is wrong is. */
const MAX_WHAT_BYTES = 512;

/**
 * Message of a Ready=False condition.
 * @param prefix upstream's message for the situation; alerts match on it
 */
export function conditionMessage(prefix: string, problem: Problem): string {
  return bounded(plainText(`${prefix}: ${problemText(problem)}`), MAX_MESSAGE_BYTES);
}

/** Message of a Warning event: the problem alone, since the event's reason says in which situation. */
export function eventMessage(problem: Problem): string {
  return bounded(plainText(problemText(problem)), MAX_MESSAGE_BYTES);
}

function problemText({ code, field, publicMessage, nextStep }: Problem): string {
  const place = field === undefined || field === '' ? '' : `${field}: `;
  const what = bounded(publicMessage.trim().replace(/\.+$/, ''), MAX_WHAT_BYTES);
  return `${place}${what} [${code}].${nextStep === undefined || nextStep === '' ? '' : ` ${sentence(nextStep)}`}`;
}

/** The contract's next steps are clauses, ours are sentences; users read sentences. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
