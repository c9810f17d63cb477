import { dataHash, Model } from './model.ts';

const stores = { red: { a: 'red-a', b: 'red-b' }, blue: { a: 'blue-a', b: 'blue-b' } };

test('a changed spec is what counts, with the values of its store, under its target name', () => {
  const model = new Model(stores);
  model.created({ name: 'app', store: 'red', keys: ['a'] });
  model.changed({ name: 'app', store: 'blue', keys: ['a', 'b'], target: 'other' });
  expect([...model.targets()]).toEqual([['other', { owner: 'app', allowed: [{ a: 'blue-a', b: 'blue-b' }] }]]);
});

test('under CreatedOnce any spec since the creation may have been the one', () => {
  const model = new Model(stores);
  model.created({ name: 'app', store: 'red', keys: ['a'], refreshPolicy: 'CreatedOnce' });
  model.changed({ name: 'app', store: 'blue', keys: ['a'], refreshPolicy: 'CreatedOnce' });
  expect(model.targets().get('app')?.allowed).toEqual([{ a: 'red-a' }, { a: 'blue-a' }]);
});

test('a deleted ExternalSecret leaves nothing, and one made again starts anew', () => {
  const model = new Model(stores);
  model.created({ name: 'app', store: 'red', keys: ['a'], refreshPolicy: 'CreatedOnce' });
  model.deleted('app');
  expect(model.targets().size).toBe(0);
  model.created({ name: 'app', store: 'blue', keys: ['b'], refreshPolicy: 'CreatedOnce' });
  expect(model.targets().get('app')?.allowed).toEqual([{ b: 'blue-b' }]);
});

// What External Secrets 2.x writes for the same data: dashboards and tools compare these.
test.each([
  [{ foo: 'value1', bar: 'value2' }, '1bed8bcbcb4547ffe19a19cd47d9078e84aa6598266d86b99f992d64'],
  [{ targetProperty: 'someValue' }, '03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042'],
  [{}, '74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b'],
])('hash of %j', (data, hash) => expect(dataHash(data)).toBe(hash));
