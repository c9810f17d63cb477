/** values.schema.json and README.md of each chart, from the comments in its values.yaml. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { GeneratedFiles } from '../files.ts';
import type { ChartFile } from './chart-file.ts';
import { readme } from './readme.ts';
import { group, overlaid, readValues, type Value } from './values.ts';

/** The chart that the others are made of, and what they take from its values. */
const LIBRARY = 'provider';
const SHARED = ['exports', 'defaults'];

/** The files of every chart in charts/. @throws Error naming a value without a comment or type */
export function chartFiles(root: string): GeneratedFiles[] {
  const charts = readdirSync(join(root, 'charts')).filter((name) =>
    existsSync(join(root, 'charts', name, 'Chart.yaml')),
  );
  return charts.sort().map((name) => {
    const chart = readChartFile(root, name);
    const values = valuesOfChart(root, chart);
    const files = new Map([['README.md', readme(chart, values)]]);
    if (name !== LIBRARY) files.set('values.schema.json', schema(values));
    return { folder: `charts/${name}`, source: `charts/${name}/values.yaml`, files, shared: true };
  });
}

/** The Chart.yaml of a chart in charts/. */
export const readChartFile = (root: string, name: string): ChartFile =>
  parse(readFileSync(join(root, 'charts', name, 'Chart.yaml'), 'utf8')) as ChartFile;

/** Every value of a chart, those of the library that it takes included. */
export function valuesOfChart(root: string, chart: ChartFile): Value[] {
  const text = (name: string): string => readFileSync(join(root, 'charts', name, 'values.yaml'), 'utf8');
  if (chart.name === LIBRARY) return readValues(text(LIBRARY), SHARED);
  const imports = chart.dependencies?.some((each) => each.name === LIBRARY && each['import-values'] !== undefined);
  return overlaid(imports ? readValues(text(LIBRARY), SHARED) : [], readValues(text(chart.name)));
}

function schema(values: readonly Value[]): string {
  const { properties, ...rest } = group('', '', values).schema as { properties: object };
  // Helm puts these two beside what a user writes.
  const helms = { global: { type: 'object' }, [LIBRARY]: { type: 'object' } };
  const whole = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...rest,
    properties: { ...properties, ...helms },
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
