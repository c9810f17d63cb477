import fc from 'fast-check';
import { hasMoreNodes, mergeTrees, pickFields } from './owned-fields.ts';

const object = {
  spec: {
    host: 'a',
    replicas: 1,
    policy: { mode: 'Auto', size: 2 },
    ports: [
      { name: 'web', port: 80, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
    names: ['y', 'x'],
    atomic: [{ a: 1 }, { a: 2 }],
  },
};

test.each([
  ['a field', { 'f:spec': { 'f:host': {} } }, { spec: { host: 'a' } }],
  [
    'what the API server filled in beside it is left',
    { 'f:spec': { 'f:policy': { 'f:size': {} } } },
    { spec: { policy: { size: 2 } } },
  ],
  ['a list as a whole', { 'f:spec': { 'f:atomic': {} } }, { spec: { atomic: object.spec.atomic } }],
  [
    'an item by its keys',
    { 'f:spec': { 'f:ports': { 'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:name': {} } } } },
    { spec: { ports: [{ name: 'dns' }] } },
  ],
  ['an item by its value', { 'f:spec': { 'f:names': { 'v:"x"': {} } } }, { spec: { names: ['x'] } }],
  ['an item by its place', { 'f:spec': { 'f:atomic': { 'i:1': {} } } }, { spec: { atomic: [{ a: 2 }] } }],
  ['a map alone', { 'f:spec': { 'f:policy': { '.': {} } } }, { spec: { policy: {} } }],
  ['a field that is gone', { 'f:spec': { 'f:gone': {}, 'f:host': {} } }, { spec: { host: 'a' } }],
  ['a field that is no map any more', { 'f:spec': { 'f:host': { 'f:x': {} } } }, { spec: { host: 'a' } }],
  [
    'what is in no format',
    { 'f:spec': { 'f:ports': { 'k:{': {}, 'q:1': {}, 'i:0': { 'f:port': {} } } } },
    { spec: { ports: [{ port: 80 }] } },
  ],
])('picks %s', (_, tree, expected) => {
  expect(pickFields(object, tree)).toEqual(expected);
});

test('a field may be called as JavaScript calls things', () => {
  const data: unknown = JSON.parse('{"data":{"__proto__":"x","constructor":"y"}}');
  expect(JSON.stringify(pickFields(data, { 'f:data': { 'f:__proto__': {}, 'f:constructor': {} } }))).toBe(
    '{"data":{"__proto__":"x","constructor":"y"}}',
  );
});

test('a merged tree names what either names', () => {
  const [a, b] = [{ 'f:spec': { 'f:host': {} } }, { 'f:spec': { 'f:replicas': {} }, 'f:data': {} }];
  expect(mergeTrees([a, b])).toEqual({ 'f:spec': { 'f:host': {}, 'f:replicas': {} }, 'f:data': {} });
  expect(pickFields(object, mergeTrees([a, b]))).toEqual({ spec: { host: 'a', replicas: 1 } });
});

test('what a tree of everything picks is everything', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const treeOf = (value: unknown): Record<string, unknown> =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? {}
      : { '.': {}, ...Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, treeOf(item)])) };
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json, { minKeys: 1 }), (value) => {
      expect(JSON.parse(JSON.stringify(pickFields(value, treeOf(value))))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the nodes of trees are counted up to a limit, however deep or wide they are', () => {
  const [wide, deep]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (let i = 0; i < 100; i++) wide[`f:${i}`] = {};
  let at = deep;
  for (let i = 0; i < 100_000; i++) at = at['f:d'] = {};
  expect([hasMoreNodes([wide], 99), hasMoreNodes([wide], 100), hasMoreNodes([wide, wide], 150)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(hasMoreNodes([deep], 1_000)).toBe(true);
});
