import { MutationCache } from './mutation-cache.ts';

const object = (resourceVersion: string, uid = 'u1') => ({ metadata: { name: 'a', uid, resourceVersion } });

test('shows a write of ours until the informer has caught up', () => {
  const cache = new MutationCache<ReturnType<typeof object>>();
  cache.wrote('ns/a', object('100'));
  expect(cache.newest('ns/a', undefined)).toEqual(object('100'));
  expect(cache.newest('ns/a', object('99'))).toEqual(object('100'));
  expect(cache.newest('ns/a', object('101'))).toEqual(object('101'));
  expect(cache.size).toBe(0);
});

test('an object that was deleted and made again is not hidden by a write to the old one', () => {
  const cache = new MutationCache<ReturnType<typeof object>>();
  cache.wrote('ns/a', object('100', 'old'));
  expect(cache.newest('ns/a', object('90', 'new'))).toEqual(object('90', 'new'));
});
