import { SharedCalls } from './shared-calls.ts';

const never = new AbortController().signal;

function deferred() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const run = (signal: AbortSignal): Promise<string> => {
    signals.push(signal);
    return promise;
  };
  return { run, resolve, reject, signals };
}

test('those who ask at the same time share one run, the next one gets its own', async () => {
  const calls = new SharedCalls<string>();
  const first = deferred();
  const both = Promise.all([calls.get('a', never, first.run), calls.get('a', never, first.run)]);
  first.resolve('one');
  expect(await both).toEqual(['one', 'one']);
  expect(first.signals).toHaveLength(1);
  expect(await calls.get('a', never, () => Promise.resolve('two'))).toBe('two');
});

test('another key is another run', async () => {
  const calls = new SharedCalls<string>();
  const values = ['a', 'b'].map((key) => calls.get(key, never, () => Promise.resolve(key)));
  expect(await Promise.all(values)).toEqual(['a', 'b']);
});

test('a failure reaches all who wait and is not kept', async () => {
  const calls = new SharedCalls<string>();
  const first = deferred();
  const both = [calls.get('a', never, first.run), calls.get('a', never, first.run)];
  first.reject(new Error('no'));
  const outcomes = await Promise.allSettled(both);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await calls.get('a', never, () => Promise.resolve('better'))).toBe('better');
});

test('one who gives up leaves the run to the others; when the last one does, it is aborted and joined by nobody', async () => {
  const calls = new SharedCalls<string>();
  const run = deferred();
  const [one, other] = [new AbortController(), new AbortController()];
  const waits = [calls.get('a', one.signal, run.run), calls.get('a', other.signal, run.run)];
  one.abort(new Error('one'));
  await expect(waits[0]).rejects.toThrow('one');
  expect(run.signals[0]?.aborted).toBe(false);
  other.abort(new Error('other'));
  await expect(waits[1]).rejects.toThrow('other');
  expect(run.signals[0]?.aborted).toBe(true);
  expect(await calls.get('a', never, () => Promise.resolve('anew'))).toBe('anew');
});

test('nothing is run for one who gave up before', async () => {
  const calls = new SharedCalls<string>();
  const run = deferred();
  await expect(calls.get('a', AbortSignal.abort(new Error('gone')), run.run)).rejects.toThrow('gone');
  expect(run.signals).toHaveLength(0);
});
