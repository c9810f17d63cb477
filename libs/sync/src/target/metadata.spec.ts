import { targetMetadata } from './metadata.ts';

test('labels and annotations that an ExternalSecret wrote earlier go in one step, however many there are', () => {
  // So many that looking each of them up among all comes to no end.
  const names = Array.from({ length: 400_000 }, (_, i) => `a${i}`);
  const annotations = { kept: 'x', ...Object.fromEntries(names.map((name) => [name, ''])) };
  const owned = { labels: [], annotations: names };
  const marks = { dataHash: 'h', createdBy: undefined };
  const own = { labels: {}, annotations: {} };
  expect(targetMetadata({ annotations }, owned, own, marks).annotations).toEqual({
    kept: 'x',
    'reconcile.external-secrets.io/data-hash': 'h',
  });
});
