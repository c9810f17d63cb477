import { request } from 'node:https';
import { type KeyVaultServer, startKeyVault } from './index.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const APP = '22222222-2222-4222-8222-222222222222';
let server: KeyVaultServer;

beforeAll(async () => {
  server = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: 'password' }] }] }],
    vaults: [{ name: 'team-a', tenantId: TENANT, access: { [APP]: 'all' } }],
  });
});
afterAll(() => server.stop());

test('a token of the authority opens the vault, and the challenge names both', async () => {
  const refused = await call('team-a.vault.azure.net', 'GET', '/secrets/a?api-version=7.6');
  expect(refused).toMatchObject({
    status: 401,
    challenge: expect.stringContaining('resource="https://vault.azure.net"') as string,
  });
  const form = {
    grant_type: 'client_credentials',
    client_id: APP,
    client_secret: 'password',
    scope: 'https://vault.azure.net/.default',
  };
  const login = await call('login.microsoftonline.com', 'POST', `/${TENANT}/oauth2/v2.0/token`, {
    body: new URLSearchParams(form).toString(),
  });
  const token = login.body['access_token'] as string;
  expect(
    await call('team-a.vault.azure.net', 'PUT', '/secrets/a?api-version=7.6', { token, body: '{"value":"b"}' }),
  ).toMatchObject({ status: 200 });
  expect(await call('team-a.vault.azure.net', 'GET', '/secrets/a?api-version=7.6', { token })).toMatchObject({
    status: 200,
    body: { value: 'b' },
  });
});

interface Reply {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly body: Record<string, unknown>;
}

/** One call over TLS that verifies the name. */
function call(
  host: string,
  method: string,
  path: string,
  { token, body }: { token?: string; body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: server.port,
        servername: host,
        ca: server.ca,
        method,
        path,
        headers: { host, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            challenge: response.headers['www-authenticate'],
            body: JSON.parse(text) as Record<string, unknown>,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
