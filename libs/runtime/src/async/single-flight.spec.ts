import fc from 'fast-check';
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

test('one who asks without a signal waits to the end', async () => {
  expect(await new SingleFlight().run('a', undefined, () => Promise.resolve(1))).toBe(1);
});

test('a key that is forgotten starts anew; the run that knows of it goes on for those who wait', async () => {
  const flights = new SingleFlight();
  const { promise, resolve } = Promise.withResolvers<string>();
  const seen: boolean[] = [];
  const old = flights.run('a', never, async (_signal, flight) => {
    seen.push(flight.forgotten);
    const answer = await promise;
    seen.push(flight.forgotten);
    return answer;
  });
  flights.forget('a');
  const fresh = flights.run('a', never, () => Promise.resolve('new'));
  resolve('old');
  expect([await old, await fresh, seen]).toEqual(['old', 'new', [false, true]]);
});

test('a run that is to finish goes on when all have given up, and can be joined', async () => {
  const flights = new SingleFlight({ abandoned: 'finish' });
  const run = deferred();
  const impatient = new AbortController();
  const gone = flights.run('a', impatient.signal, run.run);
  impatient.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  expect(run.signals[0]?.aborted).toBe(false);
  const joined = flights.run('a', never, run.run);
  run.resolve('late');
  expect([await joined, run.signals.length]).toEqual(['late', 1]);
});

const STEP = fc.oneof(
  fc.record({ what: fc.constant('join' as const), key: fc.constantFrom('a', 'b') }),
  fc.record({ what: fc.constantFrom('leave' as const, 'settle' as const), at: fc.nat({ max: 20 }) }),
);

test('never two runs of one key at once, and none is aborted that somebody waits for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 30 }), async (steps) => {
      const flights = new SingleFlight();
      const runs: { key: string; signal: AbortSignal; settle: () => void; settled: boolean }[] = [];
      const waits: { key: string; controller: AbortController; run: number; over: boolean }[] = [];
      for (const step of steps) {
        if (step.what === 'join') {
          const controller = new AbortController();
          const before = runs.length;
          const wait = { key: step.key, controller, run: -1, over: false };
          const end = (): void => void (wait.over = true);
          flights
            .run(step.key, controller.signal, (signal) => {
              const { promise, resolve } = Promise.withResolvers<undefined>();
              runs.push({ key: step.key, signal, settled: false, settle: () => resolve(undefined) });
              return promise;
            })
            .then(end, end);
          wait.run = runs.length > before ? before : runs.findLastIndex(({ key }) => key === step.key);
          waits.push(wait);
        } else if (step.what === 'leave') {
          waits[step.at]?.controller.abort();
        } else {
          const run = runs[step.at];
          run?.settle();
          if (run) run.settled = true;
        }
        await new Promise((resolve) => setImmediate(resolve));
        for (const [index, { signal, settled }] of runs.entries()) {
          const waiting = waits.filter(({ run, over }) => run === index && !over).length;
          if (waiting > 0) expect([signal.aborted, settled]).toEqual([false, false]);
          else expect(signal.aborted || settled).toBe(true);
        }
        const open = runs.filter(({ signal, settled }) => !signal.aborted && !settled).map(({ key }) => key);
        expect(new Set(open).size).toBe(open.length);
        expect(flights.size).toBe(open.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('a run that is done is not aborted, so that no exception is made for it', async () => {
  const flights = new SingleFlight();
  let own: AbortSignal | undefined;
  await flights.run('key', undefined, (signal) => {
    own = signal;
    return Promise.resolve('answer');
  });
  await new Promise(setImmediate);
  expect(own?.aborted).toBe(false);
});
