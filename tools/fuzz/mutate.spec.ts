import { SeededRandom } from '@eso/testing';
import fc from 'fast-check';
import { minimised } from './minimise.ts';
import { mutate } from './mutate.ts';

const bytes = fc.uint8Array({ maxLength: 100 }).map((given) => Buffer.from(given));

test('a mutation is bounded, leaves its input alone, and is the same for the same seed', () => {
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 3 }), fc.integer(), (input, others, seed) => {
      const before = Buffer.from(input);
      const once = (): Buffer =>
        mutate(input, { random: new SeededRandom(seed), dictionary: ['word'], others, maxBytes: 120 });
      const result = once();
      expect(result.length).toBeLessThanOrEqual(120);
      expect(once()).toEqual(result);
      expect(input).toEqual(before);
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test('mutations lead away from where they began', () => {
  const random = new SeededRandom(1);
  const input = Buffer.from('{"a": [1, 2]}');
  const results = Array.from({ length: 200 }, () =>
    mutate(input, { random, dictionary: ['null'], others: [input], maxBytes: 200 }).toString('latin1'),
  );
  expect(new Set(results).size).toBeGreaterThan(150);
});

test('the shortest input that still fails is left', async () => {
  const fails = (input: Buffer): Promise<boolean> => Promise.resolve(input.includes('x') && input.includes('y'));
  expect((await minimised(Buffer.from(`${'a'.repeat(50)}x${'b'.repeat(30)}y`), fails)).toString()).toBe('xy');
});
