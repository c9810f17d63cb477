import fc from 'fast-check';
import { cyclicComponents, shortestCircle } from './components.ts';

const graph = (text: string) => {
  const successors = new Map<string, string[]>();
  for (const [from, to] of text.split(' ').map((edge) => edge.split('>') as [string, string]))
    successors.set(from, [...(successors.get(from) ?? []), to]);
  return successors;
};

test.each([
  ['a>b b>c', []],
  ['a>a', [['a']]],
  ['a>b b>a', [['a', 'b']]],
  [
    'a>b b>c c>a c>d d>e e>d',
    [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ],
  ],
  ['a>b a>c b>d c>d', []],
] as const)('%s', (text, expected) => {
  const found = cyclicComponents(graph(text));
  expect(found.sort((a, b) => String(a).localeCompare(String(b)))).toEqual(expected);
});

test('a long chain is no deeper than the stack', () => {
  const chain = new Map(Array.from({ length: 50_000 }, (_, at) => [String(at), [String(at + 1)]]));
  expect(cyclicComponents(chain)).toEqual([]);
});

test('two nodes are in one component if and only if each reaches the other', () => {
  const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const successors = graph(pairs.map(([from, to]) => `${from}>${to}`).join(' '));
      const reaches = (from: string, to: string) => {
        const seen = new Set(successors.get(from));
        for (const node of seen) for (const next of successors.get(node) ?? []) seen.add(next);
        return seen.has(to);
      };
      const nodes = [...new Set(pairs.flat().map(String))];
      const components = cyclicComponents(successors);
      for (const a of nodes)
        for (const b of nodes) {
          const together = components.some((component) => component.includes(a) && component.includes(b));
          expect(together).toBe(reaches(a, b) && reaches(b, a));
        }
      for (const node of nodes) {
        const way = shortestCircle(successors, node);
        expect(way !== undefined).toBe(reaches(node, node));
        for (const [at, step] of (way ?? []).slice(1).entries())
          expect(successors.get(way?.[at] ?? '')).toContain(step);
      }
    }),
  );
});

test('of several ways back the shortest is told', () => {
  expect(shortestCircle(graph('a>b b>c c>a b>a'), 'a')).toEqual(['a', 'b', 'a']);
  expect(shortestCircle(graph('a>b b>c c>b'), 'a')).toBeUndefined();
});
