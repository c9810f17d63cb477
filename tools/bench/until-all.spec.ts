import { ManualClock } from '@eso/runtime';
import { untilAll } from './until-all.ts';

const names = Array.from({ length: 13 }, (_, index) => `es-${index}`);

/** A clock whose sleeps are over at once, each of them told. */
class HastyClock extends ManualClock {
  readonly #slept: () => void;

  constructor(slept: () => void) {
    super();
    this.#slept = slept;
  }

  override async sleep(ms: number): Promise<void> {
    await this.advance(ms);
    this.#slept();
  }
}

test('waits as long as one more becomes so from time to time', async () => {
  let done = 0;
  let looks = 0;
  const clock = new HastyClock(() => {
    if (++looks % 9 === 0) done++;
  });
  await untilAll({ names, isDone: (name) => names.indexOf(name) < done, what: 'Ready', stallMs: 1_000, clock });
  expect(done).toBe(names.length);
});

test('names those that never become so', async () => {
  const clock = new HastyClock(() => undefined);
  const waiting = untilAll({ names, isDone: (name) => name === 'es-1', what: 'Ready', stallMs: 1_000, clock });
  await expect(waiting).rejects.toThrow(
    'es-0, es-2, es-3, es-4, es-5, es-6, es-7, es-8, es-9, es-10 and 2 more never became Ready',
  );
});

test('does not wait where there is nobody to wait for', async () => {
  await untilAll({ names: [], isDone: () => false, what: 'Ready', clock: new ManualClock() });
});
