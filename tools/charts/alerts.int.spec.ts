import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { ensurePrometheus } from '../prometheus/ensure.ts';
import { root } from '../setup.mjs';
import { ALERTS_FILE, alerts, CASE_FILES, cases, casesHold, mutantsOf } from './alerts/alerts.ts';

/** The package is fetched, where nobody has done so before. */
const FETCH_MS = 300_000;
/** A dozen runs of promtool. */
const RUNS_MS = 120_000;

const metrics = new Set(
  [...readFileSync(join(root, 'docs', 'metrics.md'), 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name),
);

let promtool: string;
beforeAll(async () => {
  ({ promtool } = await ensurePrometheus((text) => void process.stderr.write(`${text}\n`)));
}, FETCH_MS);

test('names are given once', () => {
  expect(alerts.length).toBeGreaterThan(10);
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
});

test(
  'promtool takes the rules, and every case holds',
  async () => {
    await runCommand(promtool, ['check', 'rules', ALERTS_FILE]);
    await runCommand(promtool, ['test', 'rules', ...CASE_FILES]);
  },
  RUNS_MS,
);

test('no case is of an alert that there is not', () => {
  const names = new Set(alerts.map(({ alert }) => alert));
  expect(cases.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('%s', (name, rule) => {
  const { expr, labels, annotations } = rule;

  test('is of metrics that are served, with a sentence and a first step', () => {
    const named = (expr.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []).filter((each) => !each.endsWith('_over_time'));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((each) => !metrics.has(each.replace(/_(?:bucket|count|sum)$/, '')))).toEqual([]);
    expect(['warning', 'critical']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
    expect(annotations.description).toMatch(/^[A-Z].{40,}\.$/);
  });

  test('names in its texts only labels that it has when it fires', () => {
    const fired = cases.filter((each) => each.name === name).flatMap((each) => each.promql_expr_test);
    const samples = fired.flatMap(({ exp_samples }) => exp_samples);
    const missing = [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ]
      .map(([, label = '']) => label)
      .filter((label) => !samples.some((sample) => sample.labels.includes(`${label}="`)));
    expect(missing).toEqual([]);
  });

  test(
    'fires and is silent as its cases say, and no other rule would do',
    async () => {
      expect(await casesHold(promtool, rule)).toBe(true);
      const unnoticed: string[] = [];
      for (const mutant of mutantsOf(rule)) if (await casesHold(promtool, mutant.rule)) unnoticed.push(mutant.what);
      expect(unnoticed).toEqual([]);
    },
    RUNS_MS,
  );
});
