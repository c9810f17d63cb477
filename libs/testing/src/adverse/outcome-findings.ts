import { errorCodes } from '@eso/api/contract';
import type { CallOutcome } from './call-outcomes.ts';
import { ADVERSE_CANARY, type AdverseCase } from './cases.ts';

/** One call to an ill backend. */
export interface JudgedOutcome {
  readonly name: string;
  readonly outcome: CallOutcome;
  /** What the call answers while the backend is well. */
  readonly healthy: string | undefined;
  readonly adverse: AdverseCase;
  /** What no text may hold. */
  readonly hidden: readonly string[];
}

/** Signs of a text that nobody wrote for a reader. */
const NO_SENTENCE =
  /<\/?\w+[^>]*>|\[object |\bundefined\b|\bNaN\b|unexpected (token|end|non)|cannot read prop|is not (a function|iterable|valid JSON)/i;

/** What is wrong with how a call ended: with its code and status, and with what it says. */
export function outcomeFindings({ name, outcome, healthy, adverse, hidden }: JudgedOutcome): string[] {
  const { codes, mayAnswer, retryAfterMs } = adverse;
  if ('answer' in outcome) {
    if (outcome.answer !== healthy) return [`${name} answers what the backend does not hold`];
    return codes.length === 0 || mayAnswer ? [] : [`${name} answers, and should fail with ${codes.join(' or ')}`];
  }
  const { error, status } = outcome;
  const text = `${error.publicMessage}. ${error.nextStep}`;
  const findings = leaks(name, `${text} ${error.field ?? ''}`, hidden);
  if (!codes.includes(error.code)) findings.push(`${name} fails with ${error.code} (${error.publicMessage})`);
  if (errorCodes[error.code].grpc !== status) findings.push(`${name} says ${error.code} by status ${status}`);
  if (retryAfterMs !== undefined && error.retryAfterMs !== retryAfterMs)
    findings.push(`${name} is to be tried again after ${error.retryAfterMs} ms, and the backend said ${retryAfterMs}`);
  if (NO_SENTENCE.test(text)) findings.push(`${name} is no sentence: ${text}`);
  return findings;
}

/** What a text holds that it may not. */
export function leaks(where: string, text: string, hidden: readonly string[]): string[] {
  return [ADVERSE_CANARY, ...hidden]
    .filter((secret) => text.includes(secret))
    .map((secret) => `${where} holds ${secret}`);
}
