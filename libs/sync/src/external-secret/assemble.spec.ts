import { Fuel, FuelSpent } from '@eso/runtime';
import { SyncError } from '../error.ts';
import { type Answer, assemble } from './assemble.ts';

const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
const found = (index: number, values: Readonly<Record<string, string>>): Answer => ({
  source: { kind: 'find', field: `spec.dataFrom[${index}].find`, index, store, find: {}, rewrite: [] },
  values: new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
});
const item = (index: number, secretKey: string, value: string): Answer => ({
  source: { kind: 'data', field: `spec.data[${index}]`, index, store, secretKey, ref: { key: 'k' } },
  value: Buffer.from(value),
});
const text = (data: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value).toString()]));
const failureOf = (answers: readonly Answer[], fuel = new Fuel(Infinity)): unknown => {
  try {
    return assemble(answers, { fuel });
  } catch (error) {
    return error;
  }
};

test('later sources win: data over dataFrom, and within each the later entry [1.11.1] [1.2.13]', () => {
  const answers = [
    found(0, { a: '0', b: '0', c: '0', d: '0' }),
    found(1, { b: '1', c: '1' }),
    item(0, 'c', '2'),
    item(1, 'c', '3'),
  ];
  expect(text(assemble(answers, { fuel: new Fuel(Infinity) }))).toEqual({ a: '0', b: '1', c: '3', d: '0' });
});

test('the first source that cannot be used is the one that is told', () => {
  const colliding = { 'a/b': '1', a_b: '2' };
  const failure = failureOf([found(0, { a: '0' }), found(1, colliding), found(2, colliding)]);
  expect(failure).toBeInstanceOf(SyncError);
  expect(failure).toMatchObject({ code: 'KEY_COLLISION', field: 'spec.dataFrom[1].find' });
});

test('fuel that ends names the source in which it ended', () => {
  const [first, second] = [found(0, { a: '0' }), found(1, { b: '0' })];
  const forOne = new Fuel(Infinity);
  assemble([first], { fuel: forOne });
  const failure = failureOf([first, second], new Fuel(forOne.spent + 1));
  expect(failure).toBeInstanceOf(FuelSpent);
  expect(failure).toMatchObject({ field: 'spec.dataFrom[1].find' });
});
