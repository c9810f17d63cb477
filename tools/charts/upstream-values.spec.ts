/** Values that users of External Secrets set: each has its name and meaning here, or a row that says what there is instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { chartFolder } from './helm.ts';
import { UPSTREAM_VALUES } from './upstream-values.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(readFileSync(join(chartFolder('external-secrets'), 'values.schema.json'), 'utf8')) as Schema;
const page = readFileSync(join(root, 'docs', 'install.md'), 'utf8');
const [, section = ''] = page.split('\n## Values of External Secrets 2.x\n');
const [kept = '', table = ''] = section.split('\nThe others:\n');

/** `a.{b,c}` as `a.b` and `a.c`. */
function expanded(name: string): string[] {
  const braces = /^([^{]*)\{([^}]*)\}(.*)$/.exec(name);
  if (!braces) return [name];
  const [, before = '', within = '', after = ''] = braces;
  return within.split(',').flatMap((each) => expanded(`${before}${each}${after}`));
}

const codeSpans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].flatMap(([, span = '']) => expanded(span.replace(/: .*$/, '')));

/** Names that mean the same here, and those of the rows of the table; `*` stands for any end. */
const same = codeSpans(kept);
const other = [...table.matchAll(/^\| (.*?) \| /gm)].flatMap(([, first = '']) => codeSpans(first));

/** Whether a name is of what is named, or of a part of it. */
function names(pattern: string, value: string): boolean {
  const end = pattern.endsWith('*') ? '' : '(\\.|$)';
  return new RegExp(`^${pattern.replace(/\*$/, '').replaceAll('.', '\\.')}${end}`).test(value);
}

const isHere = (value: string): boolean =>
  value.split('.').reduce<Schema | undefined>((at, key) => at?.properties?.[key], schema) !== undefined;

test('there are many, each named once', () => {
  expect(UPSTREAM_VALUES.length).toBeGreaterThan(120);
  expect(new Set(UPSTREAM_VALUES).size).toBe(UPSTREAM_VALUES.length);
});

test.each(UPSTREAM_VALUES)('%s means the same here, or has a row', (value) => {
  const isSame = same.some((each) => names(each, value));
  const hasRow = other.some((each) => names(each, value));
  expect({ value, told: isSame || hasRow }).toEqual({ value, told: true });
  if (!hasRow) expect({ value, isHere: isHere(value) }).toEqual({ value, isHere: true });
});

test.each(same)('%s, which is said to be kept, is a value of External Secrets', (name) => {
  expect(UPSTREAM_VALUES.some((value) => names(name, value))).toBe(true);
});

test('the page has as many rows as this file reads', () => {
  expect(other.length).toBeGreaterThan(20);
  expect(same.length).toBeGreaterThan(40);
});
