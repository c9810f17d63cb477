import { readCorpus } from './corpus.ts';
import { loadTarget, targetNames } from './targets/index.ts';

/** Loading a target for the first time, with the libraries that it tries, may take longer than a test. */
const LOADING_MS = 60_000;

test('there are eight targets', () => {
  expect(targetNames).toHaveLength(8);
});

describe.each(targetNames)('%s', (name) => {
  let target: Awaited<ReturnType<typeof loadTarget>>;
  beforeAll(async () => {
    target = await loadTarget(name);
  }, LOADING_MS);

  test('holds for every input of its corpus, of which there are at least 20', async () => {
    const corpus = readCorpus(name);
    const failed: string[] = [];
    const words = new Set<string>();
    for (const { file, bytes } of corpus) {
      try {
        words.add(await target.run(bytes));
      } catch (error) {
        failed.push(`${file}: ${String(error)}`);
      }
    }
    expect(failed).toEqual([]);
    expect(corpus.length).toBeGreaterThanOrEqual(20);
    // A target that answers everything alike does not look.
    expect(words.size).toBeGreaterThan(3);
  });
});
