import { group, overlaid, readValues } from './values.ts';

const TEXT = `# About the file.

# How many.
# @schema {minimum: 0}
replicas: 2
image:
  # Which one.
  tag: ''
  # Two lines
  # of one meaning.
  pull: true
# Names.
# @schema {items: {type: string}}
names: []
# As in a pod.
# @schema {type: object}
affinity: {a: {b: 1}}
`;

test('a value has the comment above it, its default, and the type of it with what is said beside', () => {
  const [replicas, image, names, affinity] = readValues(TEXT);
  expect(replicas).toEqual({
    key: 'replicas',
    meaning: 'How many.',
    schema: { description: 'How many.', type: 'integer', minimum: 0 },
    default: 2,
  });
  expect(image?.parts?.map(({ key, meaning }) => [key, meaning])).toEqual([
    ['tag', 'Which one.'],
    ['pull', 'Two lines of one meaning.'],
  ]);
  expect(image?.schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(names?.schema).toEqual({ description: 'Names.', type: 'array', items: { type: 'string' } });
  expect(affinity).toMatchObject({ schema: { type: 'object' }, default: { a: { b: 1 } } });
  expect(affinity?.schema).not.toHaveProperty('additionalProperties');
});

test('those of a map within', () => {
  expect(readValues('a:\n  b:\n    # C.\n    c: 1\n', ['a', 'b']).map(({ key }) => key)).toEqual(['c']);
  expect(readValues('# Nothing.\n{}\n')).toEqual([]);
});

test.each([
  ['a: 1\n', 'a has no comment'],
  ['a:\n  # B.\n  b: 1\n  c: 2\n', 'a.c has no comment'],
  ['# A.\na: []\n', 'a: a list or map says above it by @schema'],
  ['# A.\na: {}\n', 'a: a list or map says above it by @schema'],
])('%j is refused', (text, message) => {
  expect(() => readValues(text)).toThrow(message);
});

test('a chart takes the values of the library and says what is different', () => {
  const under = readValues('# A.\na: 1\nb:\n  # C.\n  c: x\n  # D.\n  d: y\n');
  const over = readValues('b:\n  # Other.\n  d: z\n# E.\ne: true\n');
  const values = overlaid(under, over);
  expect(values.map(({ key }) => key)).toEqual(['a', 'b', 'e']);
  expect(values[1]?.parts).toMatchObject([
    { key: 'c', default: 'x' },
    { key: 'd', default: 'z', meaning: 'Other.' },
  ]);
  expect(group('', '', values).schema).toMatchObject({ properties: { b: { properties: { c: {}, d: {} } } } });
});
