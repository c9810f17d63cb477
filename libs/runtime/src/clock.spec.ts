import { ManualClock } from './clock.ts';

test('a manual clock runs what falls due, in order, and nothing else', async () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  clock.schedule(20, () => seen.push('b'));
  clock.schedule(10, () => seen.push('a'));
  const cancel = clock.schedule(15, () => seen.push('never'));
  cancel();
  await clock.advance(25);
  expect(seen).toEqual(['a', 'b']);
});

test('an aborted sleep rejects with the reason of the signal', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(1_000, stop.signal);
  stop.abort(new Error('stopping'));
  await expect(sleeping).rejects.toThrow('stopping');
});
