import { isWrite, matchesSelector, parseApiRequest } from './api-request.ts';

const core = '/api/v1/namespaces/team';
const ours = '/apis/external-secrets.io/v1';

test.each([
  ['GET', `${core}/secrets/app`, { verb: 'get', resource: 'secrets', group: '', namespace: 'team', name: 'app' }],
  ['GET', `${core}/secrets?limit=500`, { verb: 'list', resource: 'secrets', namespace: 'team' }],
  [
    'GET',
    `${ours}/externalsecrets?watch=true`,
    { verb: 'watch', resource: 'externalsecrets', group: 'external-secrets.io' },
  ],
  ['PUT', `${ours}/namespaces/team/externalsecrets/app/status`, { verb: 'update', name: 'app', subresource: 'status' }],
  ['DELETE', `${core}/secrets/app`, { verb: 'delete', name: 'app' }],
  ['PATCH', `${core}/secrets/app`, { verb: 'patch', name: 'app' }],
  ['GET', '/api/v1/namespaces/team', { verb: 'get', resource: 'namespaces', name: 'team' }],
  ['GET', '/readyz', { verb: 'other', resource: '' }],
])('%s %s', (method, path, expected) => {
  expect(parseApiRequest(method, path)).toMatchObject(expected);
});

test('a create has its name in the body', () => {
  const body = Buffer.from('{"metadata":{"name":"app"}}');
  expect(parseApiRequest('POST', `${core}/secrets`, body)).toMatchObject({ verb: 'create', name: 'app' });
});

test('a list has no name, and a body that is no JSON gives none', () => {
  expect(parseApiRequest('GET', `${core}/secrets`)).not.toHaveProperty('name');
  expect(parseApiRequest('POST', `${core}/secrets`, Buffer.from('k8s\0'))).not.toHaveProperty('name');
});

test('Leases and events are no writes, and a selector asks for all that it names', () => {
  const status = parseApiRequest('PUT', `${ours}/namespaces/team/externalsecrets/app/status`);
  expect(isWrite(status)).toBe(true);
  expect(isWrite(parseApiRequest('PUT', '/apis/coordination.k8s.io/v1/namespaces/team/leases/l'))).toBe(false);
  expect(isWrite(parseApiRequest('GET', `${core}/secrets/app`))).toBe(false);
  expect(matchesSelector({ resource: 'externalsecrets', name: 'app' }, status)).toBe(true);
  expect(matchesSelector({ resource: 'externalsecrets', name: 'other' }, status)).toBe(false);
});
