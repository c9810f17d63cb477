import { SeededRandom } from '@eso/testing';
import { type EngineReport, fuzz } from './engine.ts';
import { attempt, Broken, must, type Target } from './target.ts';

/** Runs so many batches of a target. */
function fuzzed(
  run: Target['run'],
  { batches = 400, seed = 1, take = (): string[] => [] } = {},
): Promise<EngineReport> {
  let left = batches;
  return fuzz({
    target: { name: 'planted', dictionary: ['deep', '('], maxBytes: 64, run },
    corpus: [Buffer.from('start')],
    random: new SeededRandom(seed),
    coverage: { take },
    isOver: () => left-- <= 0,
    onInput: () => undefined,
  });
}

/** A parser that fails behind three steps, each of which is a word of its own. */
function planted(input: Uint8Array): string {
  const text = Buffer.from(input).toString('latin1');
  if (!text.includes('deep')) return 'nothing';
  if (!text.includes('((')) return 'deep';
  if (!text.includes('((((')) return 'deeper';
  throw new RangeError(`at "${text}"`);
}

test('what lies behind several steps is found, once, and made short', async () => {
  const { findings, inputs, behaviours } = await fuzzed(planted);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.problem).toContain('RangeError');
  expect(findings[0]?.input).toHaveLength('deep(((('.length);
  expect(behaviours).toBe(3);
  expect(inputs).toBeGreaterThan(1_000);
});

test('the same seed finds the same in the same number of inputs', async () => {
  const [one, two] = [await fuzzed(planted, { seed: 7 }), await fuzzed(planted, { seed: 7 })];
  expect(two).toEqual({
    ...one,
    findings: one.findings.map(({ input }) => ({ input, problem: expect.any(String) as string })),
  });
});

test('an input that reaches code is kept, and the others of its batch are not', async () => {
  let reached = new Set<string>();
  const run = (input: Uint8Array): string => {
    if (input.includes(0x28)) reached.add('the block');
    return 'same';
  };
  const take = (): string[] => {
    const blocks = [...reached];
    reached = new Set();
    return blocks;
  };
  const { kept, blocks } = await fuzzed(run, { batches: 20, take });
  expect(blocks).toBe(1);
  expect(kept).toHaveLength(1);
  expect(kept[0]?.includes(0x28)).toBe(true);
});

test('a failure of the corpus itself is a finding', async () => {
  const { findings } = await fuzzed(
    () => {
      must(false, 'it holds');
      return 'never';
    },
    { batches: 0 },
  );
  expect(findings.map(({ problem }) => problem)).toEqual([expect.stringContaining('Broken: it holds')]);
});

test('a target may expect the errors that it names, and no others', () => {
  expect(attempt(() => planted(Buffer.from('deep((((')), RangeError)).toMatchObject({
    refused: { name: 'RangeError' },
  });
  expect(() => attempt(() => planted(Buffer.from('deep((((')), Broken)).toThrow(RangeError);
});
