import { hostileCorpus } from './corpus/index.ts';
import { failsWithBound, isAsExpected } from './entry.ts';
import { hostileObjects } from './objects.ts';

/** What etcd takes in one request by default, bytes, less what the API server adds. */
const OBJECT_BYTES = 1.4 * 1024 * 1024;
const MESSAGE_BYTES = 4 * 1024 * 1024;

test('has enough entries to be worth its name, called so that none is taken for another', () => {
  const names = hostileCorpus.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(25);
  expect(names.filter((name, at) => names.some((other, index) => index !== at && other.includes(name)))).toEqual([]);
});

test.each(hostileCorpus.map((entry) => [entry.name, entry] as const))('%s can be applied', (_, entry) => {
  const { config, externalSecrets } = hostileObjects(entry, { namespace: 'n', copies: 2, refreshInterval: '1h' });
  for (const object of [config, ...externalSecrets])
    expect(Buffer.byteLength(JSON.stringify(object))).toBeLessThan(OBJECT_BYTES);
  expect(config.spec.data.every(({ value }) => value !== '')).toBe(true);
  if (entry.backend.kind === 'answer') {
    expect(entry.backend.message().length).toBeLessThanOrEqual(MESSAGE_BYTES);
    // By this name the provider knows which answer is wanted.
    expect(JSON.stringify(entry.spec)).toContain(entry.name);
  }
});

test.each([
  ['could not update secret: spec.a[0]: it makes 20000 keys, more than 10000 [TOO_MANY]. Fix it.', true],
  ['could not update secret: spec.a[0]: it makes too many keys [TOO_MANY]. Fix it.', false],
  ['could not update secret: spec.a[10]: it makes too many keys [TOO_MANY]. Fix it.', false],
  ['could not update secret: spec.b: more than 10000 [TOO_MANY]. Fix it.', false],
  ['could not update secret: spec.a[0]: more than 10000 [OTHER]. Fix it.', false],
])('"%s" names field, bound and code: %p', (message, expected) => {
  const wanted = failsWithBound(/spec\.a/, 'TOO_MANY');
  expect(wanted.kind === 'condition' && isAsExpected(message, wanted)).toBe(expected);
});
