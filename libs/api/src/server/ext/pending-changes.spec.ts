import { type Changes, PendingChanges } from './pending-changes.ts';

const NOTHING: Changes = { keys: [], anything: false };

async function readAll(pending: PendingChanges): Promise<Changes[]> {
  const read: Changes[] = [];
  for await (const changes of pending.read()) read.push(changes);
  return read;
}

test('begins with a message that says nothing, and tells each key once', async () => {
  const pending = new PendingChanges();
  pending.begin();
  pending.add(['a', 'b']);
  pending.add(['b', 'c']);
  pending.close();
  expect(await readAll(pending)).toEqual([NOTHING, { keys: ['a', 'b', 'c'], anything: false }]);
});

test('what comes while it is read is told next', async () => {
  const pending = new PendingChanges();
  const reading = pending.read();
  const first = reading.next();
  pending.begin();
  expect((await first).value).toEqual(NOTHING);
  const second = reading.next();
  pending.add(['a']);
  expect((await second).value).toEqual({ keys: ['a'], anything: false });
  const third = reading.next();
  pending.add(['a']);
  expect((await third).value).toEqual({ keys: ['a'], anything: false });
});

test.each<[string, string[]]>([
  ['keys', Array.from({ length: 1_001 }, (_, index) => `k${index}`)],
  ['text', Array.from({ length: 65 }, (_, index) => `${index}`.padEnd(1_024, 'x'))],
])('more %s than a slow reader may have waiting are told as anything', async (_what, keys) => {
  const pending = new PendingChanges();
  pending.begin();
  pending.add(keys.slice(0, -1));
  pending.add(keys.slice(-1));
  pending.add(['another']);
  pending.close();
  expect(await readAll(pending)).toEqual([NOTHING, { keys: [], anything: true }]);
});

test('anything is told once, and keys again after it', async () => {
  const pending = new PendingChanges();
  pending.begin();
  const reading = pending.read();
  await reading.next();
  pending.add(['a']);
  pending.add('anything');
  expect((await reading.next()).value).toEqual({ keys: [], anything: true });
  pending.add(['b']);
  expect((await reading.next()).value).toEqual({ keys: ['b'], anything: false });
});

test('ends with the first error, after what waits has been read', async () => {
  const pending = new PendingChanges();
  pending.begin();
  pending.add(['a']);
  pending.close({ error: new Error('first') });
  pending.close();
  const reading = pending.read();
  await reading.next();
  expect((await reading.next()).value).toEqual({ keys: ['a'], anything: false });
  await expect(reading.next()).rejects.toThrow('first');
});

test('one that never began says nothing at all', async () => {
  const pending = new PendingChanges();
  pending.close();
  expect(await readAll(pending)).toEqual([]);
});
