import fc from 'fast-check';
import { ManualClock } from '@eso/runtime';
import { RecentReads, type ReadScope } from './recent-reads.ts';

const TRACE = 'a'.repeat(32);
const backend = {};
const scope = { backend, requesterNamespace: 'team-a', traceId: TRACE };

/** Reads, and how often each was really made. */
function readsOf(options: Partial<ConstructorParameters<typeof RecentReads>[0]> = {}) {
  const clock = new ManualClock();
  const reads = new RecentReads({ clock, ...options });
  const made: string[] = [];
  const once = (key: string, as: ReadScope = scope, value: unknown = key, signal = new AbortController().signal) =>
    reads.forCall(as, signal)(key, () => {
      made.push(key);
      return Promise.resolve(value);
    });
  return { clock, reads, made, once };
}

test('a read of one sync is made once, one after the other and at the same time', async () => {
  const { once, made } = readsOf();
  expect(await Promise.all([once('k'), once('k')])).toEqual(['k', 'k']);
  expect(await once('k')).toBe('k');
  expect(made).toEqual(['k']);
  await once('other');
  expect(made).toEqual(['k', 'other']);
});

test.each<[string, Partial<ReadScope>]>([
  ['another sync', { traceId: 'b'.repeat(32) }],
  ['another requester', { requesterNamespace: 'team-b' }],
  ['another backend', { backend: {} }],
])('is not shared with %s, not at the same time either', async (_who, other) => {
  const { once, made } = readsOf();
  await Promise.all([once('k'), once('k', { ...scope, ...other })]);
  await once('k');
  expect(made).toEqual(['k', 'k']);
});

test('without the name of a sync only what runs at the same time is shared, and nothing is kept', async () => {
  const { once, made, reads } = readsOf();
  const unnamed = { ...scope, traceId: undefined };
  await Promise.all([once('k', unnamed), once('k', unnamed)]);
  expect(reads.size.entries).toBe(0);
  await once('k', unnamed);
  expect(made).toEqual(['k', 'k']);
});

test('failures are not kept', async () => {
  const { reads, once } = readsOf();
  const call = reads.forCall(scope, new AbortController().signal);
  await expect(call('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await once('k', scope, 'up')).toBe('up');
});

test('a write clears what the backend has read, and what it is reading; other backends keep theirs', async () => {
  const { reads, once, made } = readsOf();
  const neighbour = { ...scope, backend: {} };
  await once('k');
  await once('k', neighbour);
  const slow = Promise.withResolvers<string>();
  const reading = reads.forCall(scope, new AbortController().signal)('slow', () => slow.promise);
  reads.forget(backend);
  slow.resolve('before the write');
  expect(await reading).toBe('before the write');
  expect(await once('slow', scope, 'after the write')).toBe('after the write');
  await once('k');
  await once('k', neighbour);
  expect(made).toEqual(['k', 'k', 'slow', 'k']);
});

test('nothing is older than ten seconds, however often it is asked for', async () => {
  const { clock, reads, once, made } = readsOf();
  await once('k');
  await clock.advance(6_000);
  await once('k');
  await once('late');
  await clock.advance(4_000);
  expect(reads.size).toEqual({ entries: 0, bytes: 0 });
  await once('k');
  expect(made).toEqual(['k', 'late', 'k']);
});

test('who gives up ends the own wait alone', async () => {
  const { reads } = readsOf();
  const patient = new AbortController();
  const leaving = new AbortController();
  const answer = Promise.withResolvers<string>();
  let ended: AbortSignal | undefined;
  const run = (signal: AbortSignal): Promise<string> => {
    ended = signal;
    return answer.promise;
  };
  const left = reads.forCall(scope, leaving.signal)('k', run);
  const stayed = reads.forCall(scope, patient.signal)('k', run);
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(ended?.aborted).toBe(false);
  answer.resolve('here');
  expect(await stayed).toBe('here');
});

test('a large answer is given and not kept', async () => {
  const { reads, once, made } = readsOf({ bytes: 10_000 });
  await once('huge', scope, Buffer.alloc(8_000));
  expect(reads.size.entries).toBe(0);
  await once('huge', scope, Buffer.alloc(8_000));
  expect(made).toEqual(['huge', 'huge']);
});

test.each<[string, object, (at: number) => string]>([
  ['bytes', { bytes: 10_000 }, () => 'x'.repeat(1_000)],
  ['reads', { entries: 4 }, () => ''],
])(
  'a requester who fills the room in %s loses its own reads, the oldest first, and nobody else one',
  async (_what, bounds, value) => {
    const { reads, once, made } = readsOf(bounds);
    const victim = { ...scope, requesterNamespace: 'team-b' };
    await once('victim', victim);
    for (let at = 0; at < 20; at++)
      await once(`k${at}`, { ...scope, traceId: at.toString(16).padStart(32, '0') }, value(at));
    await once('victim', victim);
    expect(made.filter((key) => key === 'victim')).toHaveLength(1);
    await once('k19', { ...scope, traceId: (19).toString(16).padStart(32, '0') });
    expect(made.filter((key) => key === 'k19')).toHaveLength(1);
    await once('k0', { ...scope, traceId: ''.padStart(32, '0') });
    expect(made.filter((key) => key === 'k0')).toHaveLength(2);
    reads.close();
    expect(reads.size).toEqual({ entries: 0, bytes: 0 });
  },
);

test('whatever is read, what is kept of all backends stays within its bounds, and a kept answer is the one that was read', async () => {
  const backends = [{}, {}, {}];
  const read = fc.record({
    backend: fc.nat(2),
    trace: fc.nat(4),
    key: fc.nat(9),
    bytes: fc.nat(3_000),
    write: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(read, { maxLength: 60 }), async (steps) => {
      const { reads, once } = readsOf({ bytes: 10_000, entries: 8 });
      for (const step of steps) {
        const of = backends[step.backend] ?? backend;
        const as = { ...scope, backend: of, traceId: `${step.trace}`.repeat(32) };
        if (step.write) reads.forget(of);
        const value = await once(`${step.key}`, as, { of, key: step.key, content: Buffer.alloc(step.bytes) });
        expect(value).toMatchObject({ key: step.key });
        expect((value as { of: object }).of).toBe(of);
        expect(reads.size.bytes).toBeLessThanOrEqual(10_000);
        expect(reads.size.entries).toBeLessThanOrEqual(8);
      }
      for (const of of backends) reads.forget(of);
      expect(reads.size).toEqual({ entries: 0, bytes: 0 });
    }),
    { numRuns: 100 },
  );
});
