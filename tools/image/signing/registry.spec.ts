import { byDigest, nameInRegistry, registryOf } from './registry.ts';

test.each(['registry.example.org', 'registry.example.org/eso/images', 'localhost:5000', '127.0.0.1:5000/x'])(
  '%s is a registry',
  (given) => expect(registryOf(given)).toBe(given),
);

test.each(['https://registry.example.org', 'registry.example.org/', 'Registry.example.org', 'registry:port', ''])(
  '"%s" is refused with what it has to be',
  (given) => expect(() => registryOf(given)).toThrow('is no HOST[:PORT][/PATH]'),
);

test('without a registry the flag is named', () => {
  expect(() => registryOf(undefined)).toThrow('--registry=HOST[:PORT][/PATH] is needed');
});

test('an image by its content has its digest in the place of its tag', () => {
  expect(byDigest('localhost:5000', 'external-secrets/core:0.1.0', 'sha256:01')).toBe(
    'localhost:5000/external-secrets/core@sha256:01',
  );
});

test.each([
  ['localhost/external-secrets/core:0.1.0', 'external-secrets/core:0.1.0'],
  ['registry.example.org:5000/eso/core:0.1.0', 'eso/core:0.1.0'],
  ['external-secrets/core:0.1.0', 'external-secrets/core:0.1.0'],
])('%s is %s in a registry', (name, expected) => expect(nameInRegistry(name)).toBe(expected));
