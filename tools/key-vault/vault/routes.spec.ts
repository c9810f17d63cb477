import { CERTIFICATE_ROUTES } from './certificates.ts';
import { KEY_ROUTES } from './keys.ts';
import { matchRoute } from './routes.ts';
import { SECRET_ROUTES } from './secrets.ts';

const ROUTES = [...SECRET_ROUTES, ...KEY_ROUTES, ...CERTIFICATE_ROUTES];

test.each([
  ['GET', '/secrets', 'secrets', 'secrets list', '', ''],
  ['GET', '/secrets/', 'secrets', 'secrets list', '', ''],
  ['GET', '/secrets/a', 'secrets/{name}/{version}', 'secrets get', 'a', ''],
  ['GET', '/secrets/a/', 'secrets/{name}/{version}', 'secrets get', 'a', ''],
  ['GET', '/secrets/a/0123', 'secrets/{name}/{version}', 'secrets get', 'a', '0123'],
  ['GET', '/secrets/a/versions', 'secrets/{name}/versions', 'secrets list', 'a', ''],
  ['GET', '/certificates/a/policy', 'certificates/{name}/policy', 'certificates get', 'a', ''],
  ['POST', '/deletedkeys/a/recover', 'deletedkeys/{name}/recover', 'keys recover', 'a', ''],
  ['PUT', '/keys/a%20b', 'keys/{name}', 'keys import', 'a b', ''],
])('%s %s', (method, path, route, permission, name, version) => {
  const match = matchRoute(ROUTES, { method, path });
  expect(match?.route.path).toBe(route);
  expect(match?.route.permission.join(' ')).toBe(permission);
  expect([match?.name, match?.version]).toEqual([name, version]);
});

test.each([
  ['PUT', '/secrets'],
  ['GET', '/secrets/a/b/c'],
  ['GET', '/nothing'],
])('%s %s is no operation', (method, path) => {
  expect(matchRoute(ROUTES, { method, path })).toBeUndefined();
});
