import { request } from 'node:http';
import { type KeyVaultServer, startKeyVault } from './index.ts';
import { callHost, type CallOptions, type Reply } from './testing/call.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const APP = '22222222-2222-4222-8222-222222222222';
const SECRET = ['GET', 'team-a.vault.azure.net', '/secrets/a?api-version=7.6'] as const;
let server: KeyVaultServer;
let token: string;

beforeAll(async () => {
  server = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: 'password' }] }] }],
    vaults: [{ name: 'team-a', tenantId: TENANT, access: { [APP]: 'all' } }],
    identities: [{ tenantId: TENANT, clientId: APP, systemAssigned: true }],
  });
  const form = {
    grant_type: 'client_credentials',
    client_id: APP,
    client_secret: 'password',
    scope: 'https://vault.azure.net/.default',
  };
  const login = await call(['POST', 'login.microsoftonline.com', `/${TENANT}/oauth2/v2.0/token`], { body: form });
  token = String(login.body['access_token']);
});
afterAll(() => server.stop());
afterEach(() => server.intercept());

const call = (line: readonly [string, string, string], options?: CallOptions): Promise<Reply> =>
  callHost(server, line, options);

test('a token of the authority opens the vault, and the refusal of none says where to get one', async () => {
  const refused = await call(SECRET);
  expect(refused.status).toBe(401);
  expect(refused.headers['www-authenticate']).toBe(
    `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://vault.azure.net"`,
  );
  const [, host, path] = SECRET;
  expect(await call(['PUT', host, path], { token, body: '{"value":"b"}' })).toMatchObject({ status: 200 });
  expect(await call(SECRET, { token })).toMatchObject({ status: 200, body: { value: 'b' } });
});

test('what a test puts before the server is answered first: another answer, garbage, a slow one, a connection that breaks', async () => {
  server.intercept(() => ({ status: 503, body: { error: { code: 'ServiceUnavailable' } } }));
  expect(await call(SECRET, { token })).toMatchObject({ status: 503 });
  server.intercept(() => ({ status: 200, body: 'garbage' }));
  expect(await call(SECRET, { token })).toMatchObject({ status: 200, text: 'garbage' });
  server.intercept(() => 'hangUp');
  await expect(call(SECRET, { token })).rejects.toThrow('socket hang up');
  const slow = Promise.withResolvers<undefined>();
  const arrived = Promise.withResolvers<string>();
  server.intercept(({ path }) => {
    arrived.resolve(path);
    return slow.promise;
  });
  const answer = call(SECRET, { token });
  expect(await arrived.promise).toBe('/secrets/a');
  slow.resolve(undefined);
  expect((await answer).status).not.toBe(503);
});

test.each([
  ['login.microsoftonline.com:443', 200],
  ['team-a.vault.azure.net:443', 200],
  ['no-such.vault.azure.net:443', 502],
  ['example.com:443', 502],
])('the proxy answers CONNECT %s with %i', async (target, status) => {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const { hostname: host, port } = new URL(server.proxyUrl);
  request({ host, port, method: 'CONNECT', path: target })
    .on('connect', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    })
    .on('error', reject)
    .end();
  expect(await promise).toBe(status);
});

test('the metadata endpoint answers with a slash behind its path, as clients ask that are not in the table', async () => {
  const query = '?api-version=2018-02-01&resource=https://vault.azure.net';
  const answer = await fetch(`${server.metadataUrl}/metadata/identity/oauth2/token/${query}`, {
    headers: { metadata: 'true' },
  });
  expect(await answer.json()).toMatchObject({ client_id: APP, token_type: 'Bearer' });
});

test('it counts what it answered', async () => {
  server.calls.length = 0;
  await call(SECRET);
  expect(server.calls).toEqual([{ method: 'GET', host: SECRET[1], path: '/secrets/a', status: 401 }]);
});
