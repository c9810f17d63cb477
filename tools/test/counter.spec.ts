import { TestCounter } from './counter.ts';

test('adds up the closing lines of several runs, whatever way the output is cut', () => {
  const counter = new TestCounter();
  const output =
    'Tests:       3 passed, 3 total\n\u001b[1mTests:\u001b[22m  1 failed, 2 skipped, 4 passed, 7 total\nTests: nothing of the kind\n';
  for (const character of output) counter.read(character);
  expect(counter).toMatchObject({ passed: 7, failed: 1, skipped: 2 });
});
