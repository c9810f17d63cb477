import { allRules } from '../rules.ts';
import { type Judge, type Outcome, startJudge } from './run.ts';
import { SWITCHES } from './switches.ts';

const real = process.env['AZURE_KEYVAULT_URL'];
let judge: Judge;

beforeAll(async () => {
  judge = await startJudge();
});
afterAll(() => judge.stop());

const idsOf = (outcomes: readonly Outcome[], outcome: Outcome['outcome']): string[] =>
  outcomes.filter((each) => each.outcome === outcome).map((each) => each.case);

test("Microsoft's own clients are content with every case of the table", async () => {
  const started = performance.now();
  const outcomes = await judge.run();
  const counts = `${idsOf(outcomes, 'passed').length} passed, ${idsOf(outcomes, 'notRun').length} not run`;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stderr.write(`${outcomes.length} cases against ${real ?? 'the test server'}: ${counts}, in ${seconds} s\n`);
  expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(290);
  if (!real) expect(idsOf(outcomes, 'notRun')).toEqual([]);
});

const testServer = real ? describe.skip : describe;

testServer('a rule of the server that is switched off turns its cases red', () => {
  const names = Object.keys(allRules()) as (keyof typeof SWITCHES)[];

  test.each(names)('%s', async (name) => {
    const cases = SWITCHES[name];
    const rules = judge.server!.rules;
    rules[name] = false;
    try {
      expect(idsOf(await judge.run(cases), 'failed')).toEqual(cases);
    } finally {
      rules[name] = true;
    }
    expect(idsOf(await judge.run(cases), 'passed')).toEqual(cases);
  });
});
