import { hashData, hashLabelsAndAnnotations, hashOwner, sha3, versionOf } from './hash.ts';
import { managerOf } from './marks.ts';

const base64 = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

// What Go programs print for the same values.
test.each([
  [sha3('<nil>'), 'c461202a18e99215f121936fb2452e03843828e448a00a53f285a6fc'],
  [sha3('hello there'), 'f78681ec611ebaeea0689bff6c7812a83ff98a7faba986d9af76c999'],
  [hashData(base64({ foo: 'value1', bar: 'value2' })), '1bed8bcbcb4547ffe19a19cd47d9078e84aa6598266d86b99f992d64'],
  [hashData(base64({ targetProperty: 'someValue' })), '03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042'],
  [hashData({}), '74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b'],
  [hashData(undefined), '74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b'],
  [hashLabelsAndAnnotations({}), 'f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2'],
  [
    hashLabelsAndAnnotations({ annotations: { foo: 'bar' }, labels: { a: 'b' } }),
    'a366c67789d90ed5749538ecaaf6585f8d4e358f422e41255a51f01c',
  ],
  [hashOwner({ namespace: 'default', name: 'test-es' }), 'a8e09351ea392b727f69f63683b28619fbed1174f572e728706a9ea8'],
])('%s', (hash, expected) => expect(hash).toBe(expected));

test('the version of an object is its generation and the hash of its metadata', () => {
  const metadata = { name: 'app', generation: 3 };
  expect(versionOf(metadata)).toBe('3-f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2');
});

test.each([
  [27, /^externalsecrets\.external-secrets\.io\/x{27}$/],
  [28, /^externalsecrets\.external-secrets\.io\/sha3\/[0-9a-f]{56}$/],
])('the manager for a name of %d characters', (length, expected) => {
  expect(managerOf('x'.repeat(length))).toMatch(expected);
});
