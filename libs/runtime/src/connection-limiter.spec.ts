import { ConnectionLimiter } from './connection-limiter.ts';

const from = (remoteAddress: string) => ({ remoteAddress });

test('the oldest silent connection gives way, one with a request under way only when there is no other', () => {
  const room = new ConnectionLimiter<{ remoteAddress: string }>(2);
  const [first, second, third, fourth] = [from('a'), from('a'), from('a'), from('a')] as const;
  expect([room.admit(first), room.admit(second)]).toEqual([undefined, undefined]);
  room.setBusy(first, true);
  expect(room.admit(third)).toBe(second);
  room.setBusy(third, true);
  expect(room.admit(fourth)).toBe(first);
  expect(room.size).toBe(2);
});

test('a peer with many connections drives out its own', () => {
  const room = new ConnectionLimiter<{ remoteAddress: string }>(3);
  const kubelet = from('node');
  const flood = [from('attacker'), from('attacker'), from('attacker')];
  room.admit(kubelet);
  expect(flood.map((socket) => room.admit(socket))).toEqual([undefined, undefined, flood[0]]);
});

test('a connection that has ended leaves its place', () => {
  const room = new ConnectionLimiter<{ remoteAddress: string }>(1);
  const first = from('a');
  room.admit(first);
  room.remove(first);
  expect(room.admit(from('a'))).toBeUndefined();
});
