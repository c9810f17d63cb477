/** The chart's alerts, what promtool is asked about each (the files beside this one), and ways to get one wrong. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { parse, stringify } from 'yaml';
import { root } from '../../setup.mjs';

/** One rule of `files/alerts.yaml`. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it has to be so; left out: not at all. */
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** One case of promtool, as far as it is read here. */
export interface AlertCase {
  /** The alert that it is about. */
  readonly name: string;
  readonly promql_expr_test: readonly { readonly exp_samples: readonly { readonly labels: string }[] }[];
}

/** Where the rules are. */
export const ALERTS_FILE = join(root, 'charts', 'external-secrets', 'files', 'alerts.yaml');

/** Every alert of the chart. */
export const alerts: readonly Alert[] = (
  parse(readFileSync(ALERTS_FILE, 'utf8')) as { groups: { rules: Alert[] }[] }
).groups.flatMap(({ rules }) => rules);

/** Files of cases. */
export const CASE_FILES: readonly string[] = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(import.meta.dirname, name));

/** Every case of them. */
export const cases: readonly AlertCase[] = CASE_FILES.flatMap(
  (file) => (parse(readFileSync(file, 'utf8')) as { tests: AlertCase[] }).tests,
);

/** A rule with one thing of it changed. */
export interface Mutant {
  readonly what: string;
  readonly rule: Alert;
}

const OPPOSITE: Readonly<Record<string, string>> = { '>': '<', '<': '>', '==': '!=' };
const COMPARISON = /(>|<|==) (\d+(?:\.\d+)?)/g;

/** Each comparison turned round, each threshold ten times as high or, of 0, at 10; the rule without its expression; its time left out, or longer. */
export function mutantsOf(rule: Alert): Mutant[] {
  const found = [...rule.expr.matchAll(COMPARISON)].flatMap(({ 0: whole, 1: sign = '', 2: threshold = '', index }) => {
    const put = (text: string): Mutant => ({
      what: `${whole} at ${index} becomes ${text}`,
      rule: { ...rule, expr: `${rule.expr.slice(0, index)}${text}${rule.expr.slice(index + whole.length)}` },
    });
    return [put(`${OPPOSITE[sign]} ${threshold}`), put(`${sign} ${Number(threshold) * 10 || 10}`)];
  });
  const { for: time, ...atOnce } = rule;
  const times: readonly Alert[] = time === undefined ? [{ ...rule, for: '4h' }] : [atOnce, { ...rule, for: '4h' }];
  return [
    ...found,
    { what: 'its expression is never so', rule: { ...rule, expr: 'vector(0) > 1' } },
    ...times.map((changed) => ({ what: `for: ${changed.for ?? 'nothing'}`, rule: changed })),
  ];
}

/**
 * Runs the cases of one rule against it alone.
 * @returns whether all of them hold
 */
export async function casesHold(promtool: string, rule: Alert): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const rules = { groups: [{ name: 'one', rules: [rule] }] };
    const tests = cases.filter(({ name }) => name === rule.alert);
    writeFileSync(join(dir, 'rules.yaml'), stringify(rules));
    const file = join(dir, 'cases.yaml');
    writeFileSync(file, stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
    return await runCommand(promtool, ['test', 'rules', file]).then(
      () => true,
      (error: unknown) => {
        if (!String(error).includes('FAILED')) throw error;
        return false;
      },
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}
