import { ManualClock, Registry, silentLogger } from '@eso/runtime';
import { EventDrops } from './event-drops.ts';
import { EventQueue } from './event-queue.ts';
import { eventContent } from './event-record.ts';

let clock: ManualClock;
let registry: Registry;
beforeEach(() => {
  clock = new ManualClock();
  registry = new Registry();
});

function queueOf(maxBytes = 1024 * 1024): EventQueue {
  const drops = new EventDrops({ clock, logger: silentLogger, registry });
  return new EventQueue({ clock, drops, maxBytes, onReady: () => undefined });
}

function add(queue: EventQueue, type: 'Normal' | 'Warning', object: string, message = 'm'): void {
  const subject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ns', name: object } };
  queue.add(eventContent(subject, type, 'Reason', message));
}

/** Everything that can be taken out, as `object: message ×times`. */
function drain(queue: EventQueue): string[] {
  const taken: string[] = [];
  for (let event = queue.take(new Set()); event; event = queue.take(new Set()))
    taken.push(`${event.content.subject.metadata.name}: ${event.content.message} ×${String(event.times)}`);
  return taken;
}

async function dropped(): Promise<Record<string, number>> {
  const { values } = (await registry.getSingleMetric('events_dropped_total')?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['reason']), value]));
}

test('Warnings go first, equal events are one, each lane keeps its order', () => {
  const queue = queueOf();
  for (const [type, object] of [
    ['Normal', 'a'],
    ['Warning', 'b'],
    ['Normal', 'a'],
    ['Normal', 'c'],
    ['Warning', 'd'],
  ] as const)
    add(queue, type, object);
  expect(drain(queue)).toEqual(['b: m ×1', 'd: m ×1', 'a: m ×2', 'c: m ×1']);
  expect(queue.size).toBe(0);
});

test('where room is short Normal events go, the oldest first, and are counted; Warnings stay', async () => {
  const queue = queueOf(5_000);
  for (let i = 0; i < 20; i++) add(queue, 'Normal', `normal-${String(i)}`);
  const kept = queue.size;
  expect(kept).toBeGreaterThan(2);
  expect(await dropped()).toEqual({ queue_full: 20 - kept });
  add(queue, 'Warning', 'warned');
  expect(drain(queue)).toEqual([
    'warned: m ×1',
    ...Array.from({ length: kept - 1 }, (_, i) => `normal-${String(20 - kept + 1 + i)}: m ×1`),
  ]);
});

test('the last Warning of every object comes out, however many there are and however little room', async () => {
  const queue = queueOf(5_000);
  for (let round = 0; round < 3; round++)
    for (let i = 0; i < 200; i++) add(queue, 'Warning', `object-${String(i)}`, `round ${String(round)}`);
  const out = new Set<string>();
  for (let minute = 0; minute < 200 && queue.size > 0; minute++) {
    for (const text of drain(queue)) out.add(text);
    await clock.advance(60_000);
  }
  expect(queue.size).toBe(0);
  for (let i = 0; i < 200; i++) expect(out).toContain(`object-${String(i)}: round 2 ×1`);
  expect((await dropped())['replaced']).toBeGreaterThan(0);
});

test('an object that causes too many keeps its newest Warning back for a minute, and loses its Normal ones', async () => {
  const queue = queueOf();
  for (let i = 0; i < 40; i++) add(queue, 'Warning', 'noisy', `attempt ${String(i)}`);
  add(queue, 'Normal', 'noisy');
  expect(drain(queue)).toHaveLength(25);
  expect(queue.size).toBe(1);
  add(queue, 'Warning', 'noisy', 'attempt 39');
  await clock.advance(60_000);
  expect(drain(queue)).toEqual(['noisy: attempt 39 ×2']);
  expect(await dropped()).toEqual({ replaced: 14, object_limit: 1 });
});

test('a Warning that is put back counts what came meanwhile, and goes to the end', () => {
  const queue = queueOf();
  add(queue, 'Warning', 'a');
  const taken = queue.take(new Set());
  expect(queue.take(new Set())).toBeUndefined();
  add(queue, 'Warning', 'a');
  add(queue, 'Warning', 'b');
  if (taken) queue.putBack(taken);
  expect(drain(queue)).toEqual(['b: m ×1', 'a: m ×2']);
});

test('what somebody has in hand is not given out a second time', () => {
  const queue = queueOf();
  add(queue, 'Warning', 'a');
  const taken = queue.take(new Set());
  add(queue, 'Warning', 'a');
  expect(queue.take(new Set([taken?.key ?? '']))).toBeUndefined();
  expect(queue.take(new Set())?.times).toBe(1);
});
