/** Logins to container registries, over the wire, at the test server's registry. */
import { AzureLab, APP, loginIn, MACHINE, NOBODY, PASSWORD, refusedCall, TENANT } from './testing/azure-lab.ts';
import { ISSUER } from './testing/service-account-tokens.ts';

const API_VERSION = 'generators.external-secrets.io/v1alpha1';
const REGISTRY = 'teama.azurecr.io';
/** A tenant whose app trusts another ServiceAccount. */
const OTHER = { tenant: '55555555-5555-4555-8555-555555555555', app: '66666666-6666-4666-8666-666666666666' };
const CLIENT_ID = 'azure.workload.identity/client-id';
const TENANT_ID = 'azure.workload.identity/tenant-id';

let lab: AzureLab;
let count = 0;

const servicePrincipal = (name = 'login') => ({ auth: { servicePrincipal: { secretRef: loginIn(name) } } });
const good = { registry: REGISTRY, tenantId: TENANT, ...servicePrincipal() };

beforeAll(async () => {
  // What is told here no real vault does when it is asked to.
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start();
  lab.azure.addRegistry({ name: 'teama', tenantId: TENANT, access: { [APP]: ['pull', 'push'], [MACHINE]: ['pull'] } });
  const subject = 'system:serviceaccount:team-a:untold';
  lab.azure.directory.addTenant({
    id: OTHER.tenant,
    apps: [{ clientId: OTHER.app, federated: [{ issuer: ISSUER, subject }] }],
  });
  lab.azure.addRegistry({ name: 'other', tenantId: OTHER.tenant, access: { [OTHER.app]: ['pull'] } });
  lab.login('nobody', { clientId: NOBODY, clientSecret: PASSWORD });
  lab.login('wrong', { clientId: APP, clientSecret: 'another' });
  // As an editor leaves it.
  lab.login('pasted', { clientId: `${APP}\n`, clientSecret: `${PASSWORD}\n` });
});
beforeEach(() => {
  lab.azure.calls.length = 0;
});
afterAll(() => lab.stop());

/** What an object with this spec makes. */
async function generate(spec: object, at = lab): Promise<Record<string, string>> {
  const name = `acr-${++count}`;
  at.provider.objects.apply({ apiVersion: API_VERSION, kind: 'ACRAccessToken', metadata: { namespace: 'team-a', name }, spec }); // prettier-ignore
  const generatorRef = { apiVersion: API_VERSION, kind: 'ACRAccessToken', name };
  const { secrets } = await at.provider.client.generator.generate({ generatorRef, sourceNamespace: 'team-a' });
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, Buffer.from(value).toString()]));
}

/** What a password of the registry says of itself. */
function claims({ password = '' }: Record<string, string>): unknown {
  return JSON.parse(Buffer.from(password.split('.')[1] ?? '', 'base64url').toString());
}

const asked = () =>
  lab.azure.calls.filter(({ host }) => host === REGISTRY).map(({ path, status }) => `${path} ${status}`);

test('gives the refresh token of the registry, to a user whose name is zeros [V12.2.11]', async () => {
  const made = await generate(good);
  expect(Object.keys(made).sort()).toEqual(['password', 'username']);
  expect(made['username']).toBe('00000000-0000-0000-0000-000000000000');
  expect(claims(made)).toMatchObject({ aud: REGISTRY, appid: APP, grant_type: 'refresh_token' });
  expect(asked()).toEqual(['/oauth2/exchange 200']);
});

test('with a scope gives an access token for it [V12.2.12]', async () => {
  const made = await generate({ ...good, scope: 'repository:app:pull' });
  expect(claims(made)).toMatchObject({
    grant_type: 'access_token',
    access: [{ type: 'repository', name: 'app', actions: ['pull'] }],
  });
  expect(asked()).toEqual(['/oauth2/exchange 200', '/oauth2/token 200']);
});

test('what was pasted with a line break works [V12.2.13]', async () => {
  expect(claims(await generate({ ...good, ...servicePrincipal('pasted') }))).toMatchObject({ appid: APP });
});

describe('by a token of a ServiceAccount [V12.2.14]', () => {
  const auth = { workloadIdentity: { serviceAccountRef: { name: 'robot' } } };

  test('which says client and tenant, whatever tenant the generator says', async () => {
    lab.serviceAccount('robot', { [CLIENT_ID]: APP, [TENANT_ID]: TENANT });
    expect(claims(await generate({ registry: REGISTRY, auth }))).toMatchObject({ appid: APP });
    expect(claims(await generate({ registry: REGISTRY, tenantId: 'another', auth }))).toMatchObject({ appid: APP });
  });

  test('without a tenant it has that of the generator', async () => {
    lab.serviceAccount('untold', { [CLIENT_ID]: OTHER.app });
    const untold = { workloadIdentity: { serviceAccountRef: { name: 'untold' } } };
    const made = await generate({ registry: 'other.azurecr.io', tenantId: OTHER.tenant, auth: untold });
    expect(claims(made)).toMatchObject({ appid: OTHER.app });
  });

  test('of no app registration it is none', async () => {
    lab.serviceAccount('bare', {});
    const bare = { workloadIdentity: { serviceAccountRef: { name: 'bare' } } };
    const { code, error } = await refusedCall(generate({ registry: REGISTRY, tenantId: TENANT, auth: bare }));
    expect({ code, field: error.field }).toEqual({
      code: 'CREDENTIALS_UNUSABLE',
      field: 'spec.auth.workloadIdentity.serviceAccountRef',
    });
  });
});

describe("the identity of the provider's own pod [V12.2.15]", () => {
  const managed = { registry: REGISTRY, auth: { managedIdentity: {} } };

  test('is not lent unasked', async () => {
    for (const auth of [
      { managedIdentity: {} },
      { managedIdentity: { identityId: MACHINE } },
      { workloadIdentity: {} },
    ])
      expect(await refusedCall(generate({ registry: REGISTRY, auth }))).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(lab.azure.calls).toEqual([]);
  });

  test('is lent where an administrator says so, and never shown to another host than a registry of Azure', async () => {
    const lent = await AzureLab.start({ ambientCredentials: { stores: true } });
    try {
      lent.azure.addRegistry({ name: 'teama', tenantId: TENANT, access: { [MACHINE]: ['pull'] } });
      expect(claims(await generate(managed, lent))).toMatchObject({ appid: MACHINE });
      lent.azure.calls.length = 0;
      for (const registry of ['registry.example.org', 'teama.azurecr.io.example.org', 'teama-azurecr.io']) {
        const { code, error } = await refusedCall(generate({ ...managed, registry }, lent));
        expect({ code, field: error.field }).toEqual({ code: 'CONFIG_INVALID', field: 'spec.registry' });
        expect(error.publicMessage).toContain('is no registry of Azure');
      }
      expect(lent.azure.calls).toEqual([]);
    } finally {
      await lent.stop();
    }
  });
});

describe('says what is wrong', () => {
  test.each<[string, object, string, string]>([
    ['no way to log in', { auth: {} }, 'CONFIG_INVALID', 'spec.auth'],
    ['no tenant', { tenantId: '' }, 'CONFIG_INVALID', 'spec.tenantId'],
    ['no host', { registry: 'https://teama.azurecr.io' }, 'CONFIG_INVALID', 'spec.registry'],
    ['a path in the host', { registry: 'teama.azurecr.io/v2' }, 'CONFIG_INVALID', 'spec.registry'],
    ['the cloud of nobody', { environmentType: 'AzureStackCloud' }, 'CONFIG_INVALID', 'spec.environmentType'],
    [
      'no Secret of this name',
      servicePrincipal('absent'),
      'CREDENTIALS_UNUSABLE',
      'spec.auth.servicePrincipal.secretRef.clientId',
    ],
    [
      'a wrong secret',
      servicePrincipal('wrong'),
      'CREDENTIALS_REJECTED',
      'spec.auth.servicePrincipal.secretRef.clientSecret',
    ],
    ['an identity without a role', servicePrincipal('nobody'), 'ACCESS_DENIED', 'spec.registry'],
    ['a registry that is not there', { registry: 'absent.azurecr.io' }, 'BACKEND_UNAVAILABLE', 'spec.registry'],
  ])('%s', async (_name, change, code, field) => {
    const refused = await refusedCall(generate({ ...good, ...change }));
    expect({ code: refused.code, field: refused.error.field }).toEqual({ code, field });
  });

  test.each<[string, object]>([
    ['a body without a token', { status: 200, body: {} }],
    ['a page', { status: 200, body: '<html>' }],
    ['null', { status: 200, body: null }],
  ])('an answer that is none: %s', async (_name, answer) => {
    lab.azure.intercept(({ host }) => (host === REGISTRY ? (answer as { status: number }) : undefined));
    const { code, error } = await refusedCall(generate(good));
    lab.azure.intercept();
    expect({ code, field: error.field ?? 'spec.registry' }).toEqual({
      code: 'BACKEND_UNAVAILABLE',
      field: 'spec.registry',
    });
  });
});

test('no token stands in the log', async () => {
  const { password = 'none' } = await generate(good);
  expect(password.length).toBeGreaterThan(100);
  const log = lab.log.join('');
  expect(log).toContain('ExchangeToken');
  for (const part of [password, PASSWORD, 'eyJ']) expect(log).not.toContain(part);
});
