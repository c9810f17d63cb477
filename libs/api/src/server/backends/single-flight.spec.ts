import { SingleFlight } from './single-flight.ts';

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
  const flights = new SingleFlight();
  const first = deferred();
  const both = Promise.all([flights.run('a', never, first.run), flights.run('a', never, first.run)]);
  first.resolve('one');
  expect(await both).toEqual(['one', 'one']);
  expect(first.signals).toHaveLength(1);
  expect(await flights.run('a', never, () => Promise.resolve('two'))).toBe('two');
});

test('another key is another run', async () => {
  const flights = new SingleFlight();
  const values = ['a', 'b'].map((key) => flights.run(key, never, () => Promise.resolve(key)));
  expect(await Promise.all(values)).toEqual(['a', 'b']);
});

test('a failure reaches all who wait and is not kept', async () => {
  const flights = new SingleFlight();
  const first = deferred();
  const both = [flights.run('a', never, first.run), flights.run('a', never, first.run)];
  first.reject(new Error('no'));
  const outcomes = await Promise.allSettled(both);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.run('a', never, () => Promise.resolve('better'))).toBe('better');
});

test('one who gives up leaves the run to the others; when the last one does, it is aborted and joined by nobody', async () => {
  const flights = new SingleFlight();
  const run = deferred();
  const [one, other] = [new AbortController(), new AbortController()];
  const waits = [flights.run('a', one.signal, run.run), flights.run('a', other.signal, run.run)];
  one.abort(new Error('one'));
  await expect(waits[0]).rejects.toThrow('one');
  expect(run.signals[0]?.aborted).toBe(false);
  other.abort(new Error('other'));
  await expect(waits[1]).rejects.toThrow('other');
  expect(run.signals[0]?.aborted).toBe(true);
  expect(await flights.run('a', never, () => Promise.resolve('anew'))).toBe('anew');
});

test('nothing is run for one who gave up before', async () => {
  const flights = new SingleFlight();
  const run = deferred();
  await expect(flights.run('a', AbortSignal.abort(new Error('gone')), run.run)).rejects.toThrow('gone');
  expect(run.signals).toHaveLength(0);
});

test('a run that throws at once is a failure like every other, and leaves nothing behind', async () => {
  const flights = new SingleFlight();
  const thrower = (): Promise<string> => {
    throw new Error('at once');
  };
  await expect(flights.run('a', never, thrower)).rejects.toThrow('at once');
  expect(flights.size).toBe(0);
});
