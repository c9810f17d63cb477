import { draw, isMutated, projectOf } from './draw.ts';
import { mutantsOf } from './operators.ts';

const all = mutantsOf('libs/sync/src/a.ts', 'f(a < b); g(c > d); h(e === f); if (x) y(1); const z = i ?? j;');

test('a seed draws the same faults again, another one others', () => {
  expect(draw(all, 4, 'one')).toEqual(draw([...all].reverse(), 4, 'one'));
  expect(draw(all, 4, 'one')).not.toEqual(draw(all, 4, 'two'));
  expect(draw(all, 4, 'one')).toHaveLength(4);
});

test.each([
  ['libs/sync/src/data/hash.ts', true],
  ['apps/core/src/core.ts', true],
  ['apps/provider-acme/src/backend.ts', true],
  ['apps/core/src/core.spec.ts', false],
  ['apps/core/src/testing/bench.ts', false],
  ['libs/api/src/gen/provider/v1/provider_pb.ts', false],
  ['libs/template/src/render.ts', false],
  ['libs/kube/src/index.ts', false],
])('%s: %s', (file, expected) => {
  expect(isMutated(file)).toBe(expected);
});

test('a file belongs to a project', () => {
  expect(projectOf('libs/sync/src/data/hash.ts')).toBe('libs/sync');
});
