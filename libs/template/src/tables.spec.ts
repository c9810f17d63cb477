import { readdirSync, readFileSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { compile, TemplateError } from './index.ts';

type Text = string | { readonly base64: string };

interface TableCase {
  readonly template: Text;
  readonly output?: string;
  readonly outputBase64?: string;
  readonly error?: string;
}

interface Table {
  readonly go: string;
  readonly name: string;
  readonly data: Readonly<Record<string, Text>>;
  readonly cases: readonly TableCase[];
}

const folder = join(import.meta.dirname, '../testdata');

function bytes(text: Text): string | Uint8Array {
  return typeof text === 'string' ? text : new Uint8Array(Buffer.from(text.base64, 'base64'));
}

function answer(table: Table, template: Text): TableCase {
  try {
    const data = new Map(Object.entries(table.data).map(([key, value]) => [key, bytes(value)]));
    const output = Buffer.from(compile(table.name, bytes(template)).execute(data));
    return isUtf8(output)
      ? { template, output: output.toString() }
      : { template, outputBase64: output.toString('base64') };
  } catch (error) {
    return { template, error: TemplateError.from(error).goMessage };
  }
}

// Go's answers, written by tools/template-oracle/write-tables.ts.
describe('agreement with Go', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const table = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Table;
    test(`${file}: ${table.cases.length} cases of ${table.go}`, () => {
      expect(table.cases.length).toBeGreaterThan(100);
      const different = table.cases
        .map((wanted) => ({ wanted, got: answer(table, wanted.template) }))
        .filter(({ wanted, got }) => JSON.stringify(wanted) !== JSON.stringify(got));
      expect(different).toEqual([]);
    });
  }
});
