import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@eso/runtime';
import { EventReason } from './events.ts';
import { FLAGS } from './flags.ts';
import { ROTATION_REASONS } from './leaf/reasons.ts';
import { CertificateMetrics } from './metrics.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** What stands in backticks in the first column of the tables below a heading. */
function documented(heading: string): string[] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .sort();
}

test('the README lists every flag and no other', () => {
  expect(documented('Flags')).toEqual(
    Object.keys(FLAGS)
      .map((name) => `--${name}`)
      .sort(),
  );
});

test('the README lists every metric and every reason of a rotation, and no other', () => {
  const registry = createRegistry({ processMetrics: false });
  new CertificateMetrics(registry).reset();
  const names = registry.getMetricsAsArray().map((metric) => metric.name);
  expect(documented('Metrics')).toEqual([...names, ...ROTATION_REASONS].sort());
});

test('the README lists every event and no other', () => {
  expect(documented('Events')).toEqual(Object.values(EventReason).sort());
});
