import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cronAnswer, type CronAnswer, type CronQuestion } from './answer.ts';

interface Case {
  readonly question: CronQuestion;
  readonly answer: CronAnswer;
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata', 'cases.json'), 'utf8')) as Case[];

test('schedules are read, open windows and are refused as the Go library has it [1.18.8]', () => {
  const different = cases.filter(
    ({ question, answer }) => JSON.stringify(cronAnswer(question)) !== JSON.stringify(answer),
  );
  expect(different).toEqual([]);
  expect(cases.filter(({ answer }) => answer.active).length).toBeGreaterThan(40);
  expect(cases.filter(({ answer }) => !answer.readable).length).toBeGreaterThan(80);
});
