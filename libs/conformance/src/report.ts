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
  /**
   * It was not checked, and need not be: the kind does not claim what it is about, the config says that there is no such thing, or
   * nothing of what the provider has is concerned.
   */
  readonly excused?: true;
  /** How long the check took, milliseconds. */
  readonly ms: number;
}

/** What came of a run, in the order of the rule book. */
export interface Report {
  readonly rules: readonly RuleReport[];
  readonly totalMs: number;
}

/** What keeps a provider from being one: the rules that it breaks, and those that were not checked without an excuse. */
export function shortcomings({ rules }: Report): string[] {
  return rules.flatMap(({ id, outcome, reason = '', excused }) =>
    outcome === 'passed' || excused ? [] : [`${id} ${outcome}: ${reason}`],
  );
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
