import type { RuleId } from './rule-book.ts';

/** What came of one rule. */
export interface RuleReport {
  readonly id: RuleId;
  readonly title: string;
  /** Its row in the contract: `docs/provider-contract.md#get.3`. */
  readonly spec: string;
  readonly outcome: 'passed' | 'failed' | 'notRun';
  /** What was seen, or why it was not checked; absent where it passed. */
  readonly reason?: string;
  /** How long the check took, milliseconds. */
  readonly ms: number;
}

/** What came of a run, in the order of the rule book. */
export interface Report {
  readonly rules: readonly RuleReport[];
  readonly totalMs: number;
}

/** A report as lines for a reader: what failed, what was not checked, and how many passed in which time. */
export function reportLines({ rules, totalMs }: Report): string[] {
  const count = (outcome: RuleReport['outcome']): number => rules.filter((rule) => rule.outcome === outcome).length;
  return [
    ...rules.flatMap(({ id, title, spec, outcome, reason = '' }) => {
      if (outcome === 'failed') return [`FAILED ${id} ${title} — ${reason} — ${spec}`];
      return outcome === 'notRun' ? [`not run ${id} ${title} — ${reason}`] : [];
    }),
    `${count('passed')} rules passed, ${count('failed')} failed, ${count('notRun')} not run, in ${(totalMs / 1_000).toFixed(1)} s`,
  ];
}
