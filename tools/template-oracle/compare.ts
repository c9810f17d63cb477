// Puts the areas (or the named ones) through both engines and shows where they differ:
//   node --conditions=@eso/source tools/template-oracle/compare.ts [area…]
import type { Area } from './cases/area.ts';
import { areas } from './cases/index.ts';
import { ourAnswer } from '../template-answer.ts';
import { goAnswers } from './go.ts';

function cases(name: string, area: Area): { id: string; template: Area['templates'][number]; data: Area['data'] }[] {
  return area.templates.map((template, at) => ({ id: `${name}-${at + 1}`, template, data: area.data }));
}

let different = 0;
let total = 0;
const chosen = process.argv.slice(2);
for (const [name, area] of Object.entries(areas)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const list = cases(name, area);
  const expected = goAnswers(list);
  let wrong = 0;
  list.forEach((one, at) => {
    const ours = JSON.stringify(ourAnswer(one));
    const go = JSON.stringify(expected[at]);
    total++;
    if (ours === go) return;
    wrong++;
    if (wrong <= 40) console.log(`${JSON.stringify(one.template)}\n  go   ${go}\n  ours ${ours}`);
  });
  different += wrong;
  console.log(`${name}: ${list.length - wrong} of ${list.length} agree`);
}
console.log(`${total - different} of ${total} agree`);
process.exitCode = different === 0 ? 0 : 1;
