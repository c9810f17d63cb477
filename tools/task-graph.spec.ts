import { runTasks } from './task-graph.mjs';

/** Tasks that end when they are told to, and a record of what happened. */
function lab(): {
  readonly events: string[];
  readonly task: (
    name: string,
    needs?: readonly string[],
  ) => { name: string; needs: readonly string[]; run: () => Promise<void> };
  readonly end: (name: string, error?: Error) => Promise<void>;
} {
  const events: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<undefined>>();
  return {
    events,
    task: (name, needs = []) => ({
      name,
      needs,
      run: async () => {
        events.push(`${name} starts`);
        const end = Promise.withResolvers<undefined>();
        ends.set(name, end);
        await end.promise;
        events.push(`${name} ends`);
      },
    }),
    end: async (name, error) => {
      if (error) ends.get(name)?.reject(error);
      else ends.get(name)?.resolve(undefined);
      await new Promise(setImmediate);
    },
  };
}

test('what needs nothing starts at once, the rest when what it needs is through', async () => {
  const { events, task, end } = lab();
  const all = runTasks([task('program', ['packages', 'binaries']), task('packages'), task('binaries')]);
  await new Promise(setImmediate);
  expect(events).toEqual(['packages starts', 'binaries starts']);
  await end('binaries');
  expect(events).not.toContain('program starts');
  await end('packages');
  expect(events.at(-1)).toBe('program starts');
  await end('program');
  await expect(all).resolves.toBeUndefined();
});

test('a failure is told by its name after the others have ended, and nothing starts after it', async () => {
  const { events, task, end } = lab();
  const all = runTasks([task('packages'), task('binaries'), task('program', ['packages', 'binaries'])]);
  const outcome = expect(all).rejects.toThrow('binaries: no compiler');
  await new Promise(setImmediate);
  await end('binaries', new Error('no compiler'));
  await end('packages');
  await outcome;
  expect(events).toEqual(['packages starts', 'binaries starts', 'packages ends']);
});

test('the others are told of a failure', async () => {
  const told = Promise.withResolvers<undefined>();
  const waits = {
    name: 'packages',
    run: (signal: AbortSignal) =>
      new Promise<void>((done) => {
        signal.addEventListener('abort', () => {
          told.resolve(undefined);
          done();
        });
      }),
  };
  const fails = { name: 'binaries', run: () => Promise.reject(new Error('no compiler')) };
  await expect(runTasks([waits, fails])).rejects.toThrow('binaries: no compiler');
  await told.promise;
});

test.each([
  [
    [
      ['a', ['b']],
      ['b', ['a']],
    ],
    'tasks need each other: a → b → a',
  ],
  [[['a', ['c']]], 'a needs c, which is no task'],
  [
    [
      ['a', []],
      ['a', []],
    ],
    'two tasks have the same name',
  ],
] as const)('%j is refused before anything starts', async (shape, message) => {
  const { events, task } = lab();
  await expect(runTasks(shape.map(([name, needs]) => task(name, needs)))).rejects.toThrow(message);
  expect(events).toEqual([]);
});
