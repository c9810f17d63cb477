// Asks the Go library that upstream reads schedules with, and shows where ours differs:
//   node --conditions=@eso/source tools/cron-oracle/compare.ts [number of questions] [--write]
// With --write the questions and answers become the case file that a test reads. "@every" is left out: there ours differs on purpose.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from '../template-oracle/generate.ts';
import { cronAnswer, type CronAnswer, type CronQuestion } from './answer.ts';
import { scheduleTexts } from './texts.ts';

const CASES = join(import.meta.dirname, 'testdata', 'cases.json');
const [count = '2000'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const questions = ask(Number(count));
const expected = goAnswers(questions);
let different = 0;
questions.forEach((question, i) => {
  const ours = JSON.stringify(cronAnswer(question));
  const go = JSON.stringify(expected[i]);
  if (ours === go) return;
  different++;
  if (different <= 40) console.log(`${JSON.stringify(question)}\n  go   ${go}\n  ours ${ours}`);
});
const readable = expected.filter((answer) => answer.readable);
const active = readable.filter((answer) => answer.active);
console.log(
  `${questions.length - different} of ${questions.length} agree; Go reads ${readable.length}, ${active.length} of them active`,
);
if (process.argv.includes('--write')) {
  const lines = questions.map((question, i) => JSON.stringify({ question, answer: expected[i] }));
  writeFileSync(CASES, `[\n${lines.join(',\n')}\n]\n`);
}
process.exitCode = different === 0 ? 0 : 1;

function ask(number: number): CronQuestion[] {
  const dice = new Dice(number);
  const texts = scheduleTexts(dice, number);
  return texts.map((schedule) => {
    // From 2020 to 2095; every other one at the beginning of a minute, where a window begins and ends.
    const minute = Math.floor(Date.UTC(2020, 0) / 60_000) + dice.roll(39_000_000);
    const at = minute * 60 + (dice.chance(50) ? 0 : dice.roll(60));
    return { schedule, at, duration: dice.pick([0, 1, 59, 60, 61, 3_600, 7_200, 86_400, 604_800, 5_000_000]) };
  });
}

function goAnswers(input: readonly CronQuestion[]): CronAnswer[] {
  const program = join(mkdtempSync(join(tmpdir(), 'cron-oracle-')), 'oracle');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const output = execFileSync(program, { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 2 ** 30 });
  return JSON.parse(output) as CronAnswer[];
}
