import { ConnectionRoom } from './connection-room.ts';

const from = (remoteAddress: string) => ({ remoteAddress });

test('the oldest silent connection gives way, one with a request under way only when there is no other', () => {
  const room = new ConnectionRoom<{ remoteAddress: string }>(2);
  const [first, second, third, fourth] = [from('a'), from('a'), from('a'), from('a')] as const;
  expect([room.enter(first), room.enter(second)]).toEqual([undefined, undefined]);
  room.busy(first, true);
  expect(room.enter(third)).toBe(second);
  room.busy(third, true);
  expect(room.enter(fourth)).toBe(first);
  expect(room.size).toBe(2);
});

test('a peer with many connections drives out its own', () => {
  const room = new ConnectionRoom<{ remoteAddress: string }>(3);
  const kubelet = from('node');
  const flood = [from('attacker'), from('attacker'), from('attacker')];
  room.enter(kubelet);
  expect(flood.map((socket) => room.enter(socket))).toEqual([undefined, undefined, flood[0]]);
});

test('a connection that has ended leaves its place', () => {
  const room = new ConnectionRoom<{ remoteAddress: string }>(1);
  const first = from('a');
  room.enter(first);
  room.leave(first);
  expect(room.enter(from('a'))).toBeUndefined();
});
