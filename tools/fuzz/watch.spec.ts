import { join } from 'node:path';
import { watch } from './watch.ts';

const script = join(import.meta.dirname, 'testing/stuck.ts');
/** A process has to start and to be waited for. */
const PATIENCE_MS = 60_000;

test.each([
  ['hangs', 'the input runs longer than 1 s'],
  ['dies', 'the process ended'],
])(
  'an input in which the process %s is told',
  async (target, problem) => {
    const watched = await watch({ target, seconds: 1, seed: '1', limitSeconds: 1, script });
    expect(watched).toEqual({
      kind: 'lost',
      input: Buffer.from('stuck'),
      problem: expect.stringContaining(problem) as string,
    });
  },
  PATIENCE_MS,
);

test(
  'a target runs in a process of its own, and reports',
  async () => {
    const watched = await watch({ target: 'regexps', seconds: 0.1, seed: '1', limitSeconds: 60 });
    expect(watched).toMatchObject({ kind: 'done', report: { findings: [] } });
    expect(watched.kind === 'done' && watched.report.blocks).toBeGreaterThan(50);
  },
  PATIENCE_MS,
);
