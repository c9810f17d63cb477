// Puts a file of template cases through @eso/template and prints the answers, in the format of tools/template-oracle:
//   npm run -s template:cases -- FILE
// The file is an array of {id, template, data}; an answer is {id, output}, {id, outputBase64} where the output is no UTF-8,
// or {id, error} with Go's message.
import { readFileSync } from 'node:fs';
import type { TemplateCase } from './template-answer.ts';
import { ourAnswer } from './template-answer.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: npm run -s template:cases -- FILE');
  process.exit(2);
}
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly TemplateCase[];
process.stdout.write(`${JSON.stringify(cases.map(ourAnswer), undefined, 1)}\n`);
