import { controlPlane, type TestCluster } from '@eso/testing';
import { decodeJwt, type JSONWebKeySet } from 'jose';
import { type KeyVaultServer, startKeyVault } from './index.ts';
import { callHost, type Reply } from './testing/call.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const APP = '22222222-2222-4222-8222-222222222222';
const EXCHANGE = 'api://AzureADTokenExchange';
let cluster: TestCluster;
let namespace: string;
let server: KeyVaultServer;

beforeAll(async () => {
  cluster = await controlPlane();
  namespace = await cluster.createNamespace();
  for (const name of ['robot', 'other']) await kubectl('create', 'serviceaccount', name);
  const issuer = String(decodeJwt(await tokenOf('robot')).iss);
  const subject = `system:serviceaccount:${namespace}:robot`;
  server = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, federated: [{ issuer, subject }] }] }],
    vaults: [],
  });
  // Asked at each login, as a cluster's keys rotate.
  server.directory.trustIssuer(
    issuer,
    async () => JSON.parse(await kubectl('get', '--raw', '/openid/v1/jwks')) as JSONWebKeySet,
  );
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

test('a token that a real API server signed for a ServiceAccount logs it in, and no other', async () => {
  expect(await login(await tokenOf('robot'))).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  expect(await login(await tokenOf('other'))).toMatchObject({ status: 401, body: { error_codes: [700213] } });
  expect(await login(await tokenOf('robot', 'https://elsewhere.test'))).toMatchObject({
    body: { error_codes: [700212] },
  });
  const [header, , signature] = (await tokenOf('robot')).split('.');
  const claims = Buffer.from(JSON.stringify({ ...decodeJwt(await tokenOf('robot')), jti: 'another' })).toString(
    'base64url',
  );
  expect(await login([header, claims, signature].join('.'))).toMatchObject({ body: { error_codes: [50013] } });
});

async function tokenOf(name: string, audience = EXCHANGE): Promise<string> {
  return (await kubectl('create', 'token', name, `--audience=${audience}`)).trim();
}

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(`--namespace=${namespace}`, ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

function login(assertion: string): Promise<Reply> {
  const body = {
    grant_type: 'client_credentials',
    client_id: APP,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: 'https://vault.azure.net/.default',
  };
  return callHost(server, ['POST', 'login.microsoftonline.com', `/${TENANT}/oauth2/v2.0/token`], { body });
}
