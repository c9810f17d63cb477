// Writes libs/template/testdata/<area>.json: the cases of each area with Go's answers.
//   node --conditions=@eso/source tools/template-oracle/write-tables.ts [area…]
// Large areas are thinned out evenly; compare.ts puts all of their cases through both engines.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Text } from './cases/area.ts';
import { areas } from './cases/index.ts';
import { generatedData, generateTemplate } from './generate.ts';
import { goAnswers, goVersion } from './go.ts';

/** The most cases of one table. */
const tableSize = 1000;
/** Characters of a case with its answer. */
const longestLine = 4000;
const folder = join(import.meta.dirname, '../../libs/template/testdata');

function thinned(templates: readonly Text[]): readonly Text[] {
  if (templates.length <= tableSize) return templates;
  const step = templates.length / tableSize;
  return Array.from({ length: tableSize }, (_unused, at) => templates[Math.floor(at * step)] ?? '');
}

function table(area: Area): string {
  const templates = thinned(area.templates);
  const cases = templates.map((template) => ({ id: 't', template, data: area.data }));
  const answers = goAnswers(cases);
  // Nobody reads a megabyte of blanks: such answers are left to compare.ts.
  const lines = cases.flatMap(({ template }, at) => {
    // The id is the same in all answers.
    const line = JSON.stringify({ template, ...answers[at], id: undefined });
    return line.length > longestLine ? [] : [`  ${line}`];
  });
  const data = JSON.stringify(area.data);
  return `{\n"go": "${goVersion()}",\n"name": "t",\n"data": ${data},\n"cases": [\n${lines.join(',\n')}\n]}\n`;
}

/** A few of the templates that compare-generated.ts makes by the hundred thousand. */
const generated: Area = {
  data: generatedData,
  templates: Array.from({ length: tableSize }, (_unused, at) => generateTemplate(1, at)),
};

const chosen = process.argv.slice(2);
for (const [name, area] of Object.entries({ ...areas, generated })) {
  if (chosen.length === 0 || chosen.includes(name)) writeFileSync(join(folder, `${name}.json`), table(area));
}
