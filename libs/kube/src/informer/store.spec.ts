import fc from 'fast-check';
import { Store } from './store.ts';

interface Item {
  labels: string[];
}

const byLabel = { label: ({ labels }: Item) => labels };

test('finds by key, namespace and index, and forgets what is replaced or deleted', () => {
  const store = new Store<Item>(byLabel);
  store.set('ns/a', { labels: ['x', 'y'] });
  store.set('ns/b', { labels: ['x'] });
  store.set('cluster-scoped', { labels: [] });
  expect(store.get('ns', 'a')).toEqual({ labels: ['x', 'y'] });
  expect(store.get(undefined, 'cluster-scoped')).toEqual({ labels: [] });
  expect(store.keys('ns')).toEqual(['ns/a', 'ns/b']);
  expect(store.list('elsewhere')).toEqual([]);
  expect(store.indexKeys('label', 'x')).toEqual(['ns/a', 'ns/b']);
  store.set('ns/a', { labels: ['y'] });
  expect(store.indexKeys('label', 'x')).toEqual(['ns/b']);
  expect(store.delete('ns/b')).toBe(true);
  expect(store.delete('ns/b')).toBe(false);
  expect(store.byIndex('label', 'x')).toEqual([]);
  expect(store.size).toBe(2);
});

test('an index that does not exist is an error that names those that do', () => {
  expect(() => new Store(byLabel).byIndex('lable', 'x')).toThrow('no index "lable": there are label');
});

test('an indexer that throws leaves everything as it was', () => {
  const store = new Store<Item>({
    ...byLabel,
    picky: ({ labels }) => {
      if (labels.includes('bad')) throw new Error('boom');
      return labels;
    },
  });
  store.set('ns/a', { labels: ['x'] });
  expect(() => store.set('ns/a', { labels: ['bad'] })).toThrow('boom');
  expect(store.byIndex('label', 'x')).toEqual([{ labels: ['x'] }]);
  expect(store.indexKeys('label', 'bad')).toEqual([]);
});

test('always answers what a scan of all objects would', () => {
  const name = fc.constantFrom('n/a', 'n/b', 'm/a', 'c');
  const labels = fc.subarray(['x', 'y', 'z']);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.option(labels))), (steps) => {
      const store = new Store<Item>(byLabel);
      const model = new Map<string, Item>();
      for (const [key, found] of steps) {
        if (found) {
          store.set(key, { labels: found });
          model.set(key, { labels: found });
        } else {
          expect(store.delete(key)).toBe(model.delete(key));
        }
        for (const value of ['x', 'y', 'z']) {
          const scanned = [...model].filter(([, item]) => item.labels.includes(value)).map(([other]) => other);
          expect(store.indexKeys('label', value).toSorted()).toEqual(scanned.toSorted());
          expect(store.countByIndex('label', value)).toBe(scanned.length);
        }
        expect(store.keys('n').toSorted()).toEqual(
          [...model.keys()].filter((other) => other.startsWith('n/')).toSorted(),
        );
        expect(store.list()).toHaveLength(model.size);
      }
    }),
  );
});
