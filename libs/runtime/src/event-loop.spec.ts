import { eventLoopCheck } from './event-loop.ts';

/** Keeps the event loop busy for most of the time, in turns of `ms`. */
async function block(ms: number, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const until = performance.now() + ms;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('fails while the event loop is slow, and passes again after', async () => {
  const check = eventLoopCheck({ maxDelayMs: 60 });
  await block(150, 4);
  expect(check()).toMatch(/^the event loop was delayed by \d+ ms \(limit 60 ms\)/);
  await new Promise((resolve) => setTimeout(resolve, 200));
  check();
  expect(eventLoopCheck({ maxDelayMs: 5_000 })()).toBeUndefined();
});
