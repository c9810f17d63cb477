import { EndpointGate } from './endpoint-gate.ts';

function gate(limit: number) {
  const resumed: string[] = [];
  return { gate: new EndpointGate({ limit, resume: (key) => resumed.push(key) }), resumed };
}

function entered(entry: ReturnType<EndpointGate['enter']>): () => void {
  if (entry.kind !== 'entered') throw new Error('was parked');
  return entry.leave;
}

test('a full endpoint parks keys and hands them back one by one, in order, each once', () => {
  const { gate: g, resumed } = gate(2);
  const first = entered(g.enter(['slow'], 'a', 0));
  const second = entered(g.enter(['slow'], 'b', 0));
  expect(g.enter(['slow'], 'c', 0).kind).toBe('parked');
  expect(g.enter(['slow'], 'd', 0).kind).toBe('parked');
  expect(g.enter(['slow'], 'c', 5).kind).toBe('parked');
  first();
  first();
  expect(resumed).toEqual(['c']);
  second();
  expect(resumed).toEqual(['c', 'd']);
});

test('an endpoint that hangs does not hold another one', () => {
  const { gate: g } = gate(1);
  entered(g.enter(['hangs'], 'a', 0));
  expect(g.enter(['hangs'], 'b', 0).kind).toBe('parked');
  expect(g.enter(['works'], 'c', 0).kind).toBe('entered');
});

test('a key that needs a full endpoint takes no place in the others', () => {
  const { gate: g, resumed } = gate(1);
  const leaveFull = entered(g.enter(['full'], 'a', 0));
  expect(g.enter(['free', 'full'], 'b', 0).kind).toBe('parked');
  const leaveFree = entered(g.enter(['free'], 'c', 0));
  leaveFull();
  expect(resumed).toEqual(['b']);
  leaveFree();
  expect(resumed).toEqual(['b']);
});
