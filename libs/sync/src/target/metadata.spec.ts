import { targetMetadata } from './metadata.ts';

test('labels and annotations that an ExternalSecret wrote earlier go in one step, however many there are', () => {
  let searches = 0;
  const names = Array.from({ length: 20_000 }, (_, i) => `a${i}`);
  const annotations = { kept: 'x', ...Object.fromEntries(names.map((name) => [name, ''])) };
  const includes = (name: string): boolean => {
    searches++;
    return name !== 'kept';
  };
  const owned = { labels: [], annotations: Object.assign([...names], { includes }) };
  const marks = { dataHash: 'h', createdBy: undefined };
  const own = { labels: {}, annotations: {} };
  expect(targetMetadata({ annotations }, owned, own, marks).annotations).toEqual({
    kept: 'x',
    'reconcile.external-secrets.io/data-hash': 'h',
  });
  expect(searches).toBe(0);
});
