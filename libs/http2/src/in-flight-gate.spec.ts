import { InFlightGate } from './in-flight-gate.ts';

const never = new AbortController().signal;

test('lets so many through and the others in their order', async () => {
  const gate = new InFlightGate(2);
  const order: string[] = [];
  const first = await gate.acquire(never);
  const second = await gate.acquire(never);
  const third = gate.acquire(never).then((leave) => (order.push('third'), leave));
  const fourth = gate.acquire(never).then((leave) => (order.push('fourth'), leave));
  expect([gate.inFlight, gate.waiting]).toEqual([2, 2]);
  second();
  (await third)();
  first();
  (await fourth)();
  expect(order).toEqual(['third', 'fourth']);
  expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
});

test('a place is given back once', async () => {
  const gate = new InFlightGate(1);
  const leave = await gate.acquire(never);
  leave();
  leave();
  await gate.acquire(never);
  expect(gate.inFlight).toBe(1);
});

test('one who waits can give up, and takes no place', async () => {
  const gate = new InFlightGate(1);
  const leave = await gate.acquire(never);
  const giveUp = new AbortController();
  const waiting = gate.acquire(giveUp.signal);
  const next = gate.acquire(never);
  giveUp.abort(new Error('no more'));
  await expect(waiting).rejects.toThrow('no more');
  leave();
  (await next)();
  expect(gate.inFlight).toBe(0);
});

test('who has given up already does not get in', async () => {
  const gate = new InFlightGate(1);
  await expect(gate.acquire(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  expect(gate.inFlight).toBe(0);
});

describe('tenants', () => {
  test('take turns at the places that become free', async () => {
    const gate = new InFlightGate(1);
    const order: string[] = [];
    const leave = await gate.acquire(never, 'many');
    const all = ['many', 'many', 'many', 'one', 'other', 'one'].map(async (tenant) => {
      const left = await gate.acquire(never, tenant);
      order.push(tenant);
      left();
    });
    leave();
    await Promise.all(all);
    expect(order).toEqual(['many', 'one', 'other', 'many', 'one', 'many']);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  });

  test('all places are used when there are several, and given back', async () => {
    const gate = new InFlightGate(6);
    const leaves: (() => void)[] = [];
    const entered = Array.from({ length: 60 }, async (_, call) =>
      leaves.push(await gate.acquire(never, `tenant-${call % 10}`)),
    );
    for (let round = 0; round < 100 && gate.inFlight > 0; round++) {
      expect(gate.inFlight).toBeLessThanOrEqual(6);
      await new Promise(setImmediate);
      leaves.shift()?.();
    }
    await Promise.all(entered);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  });
});

test('calls of one tenant that hang leave places for the others', async () => {
  const gate = new InFlightGate(4, 3);
  for (let i = 0; i < 3; i++) await gate.acquire(never, 'hangs');
  const kept = gate.acquire(never, 'hangs');
  const leave = await gate.acquire(never, 'other');
  const next = gate.acquire(never, 'other');
  expect([gate.inFlight, gate.waiting]).toEqual([4, 2]);
  leave();
  (await next)();
  expect([gate.inFlight, gate.waiting]).toEqual([3, 1]);
  void kept;
});

test('a limit that is raised lets in who waits, one that is lowered sends nobody away', async () => {
  const gate = new InFlightGate(0);
  const waiting = Array.from({ length: 3 }, () => gate.acquire(never));
  expect([gate.inFlight, gate.waiting]).toEqual([0, 3]);
  gate.setLimit(2);
  const [first, second] = await Promise.all(waiting.slice(0, 2));
  expect([gate.inFlight, gate.waiting]).toEqual([2, 1]);
  gate.setLimit(1);
  first?.();
  expect([gate.inFlight, gate.waiting]).toEqual([1, 1]);
  second?.();
  await waiting[2];
  expect([gate.inFlight, gate.waiting]).toEqual([1, 0]);
});
