// Generates templates from a grammar with a fixed seed and puts them through both engines:
//   node --conditions=@eso/source tools/template-oracle/compare-generated.ts [count = 100000] [seed = 1]
import { ourAnswer } from '../template-answer.ts';
import { generatedData, generateTemplate } from './generate.ts';
import { goAnswers } from './go.ts';

const [count = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const batch = 5000;
let different = 0;
let failed = 0;
let limited = 0;
for (let start = 0; start < count; start += batch) {
  const cases = Array.from({ length: Math.min(batch, count - start) }, (_unused, at) => ({
    id: 'g',
    template: generateTemplate(seed, start + at),
    data: generatedData,
  }));
  const expected = goAnswers(cases);
  cases.forEach((one, at) => {
    const ours = ourAnswer(one);
    const go = expected[at];
    if ('error' in ours) failed++;
    if ('error' in ours && ours.error.includes('exceeds its limit')) limited++;
    if (JSON.stringify(ours) === JSON.stringify(go)) return;
    different++;
    if (different <= 60) {
      console.log(
        `#${start + at} ${JSON.stringify(one.template)}\n  go   ${JSON.stringify(go)}\n  ours ${JSON.stringify(ours)}`,
      );
    }
  });
}
const agreement = ((100 * (count - different)) / count).toFixed(3);
console.log(
  `${count - different} of ${count} agree (${agreement} %); ${failed} end in an error, ${limited} at a limit of ours`,
);
process.exitCode = different > count / 1000 ? 1 : 0;
