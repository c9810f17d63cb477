/** Every way to log in, and each with wrong, expired, foreign and missing credentials, in an object and in a store. */
import { rsaCertificate } from './testing/rsa-certificate.ts';
import { APP, AzureLab, type ConfigChanges, loginIn, PASSWORD, refusedCall, TENANT } from './testing/azure-lab.ts';

const OTHER_TENANT = '99999999-9999-4999-8999-999999999999';
const CLIENT_ID = 'azure.workload.identity/client-id';
const TENANT_ID = 'azure.workload.identity/tenant-id';

let lab: AzureLab;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  const [certificate, foreign] = await Promise.all([rsaCertificate(), rsaCertificate()]);
  lab = await AzureLab.start();
  lab.azure.directory.addTenant({
    id: TENANT,
    apps: [
      {
        clientId: APP,
        secrets: [{ value: PASSWORD }, { value: 'expired', expiresAt: 1 }],
        certificates: [certificate.certPem],
        federated: [
          { issuer: 'https://kubernetes.default.svc', subject: 'system:serviceaccount:team-a:robot' },
          { issuer: 'https://kubernetes.default.svc', subject: 'system:serviceaccount:team-a:annotated' },
        ],
      },
    ],
  });
  await lab.secrets.setSecret('k', 'value');
  lab.login('wrong', { clientId: APP, clientSecret: 'wrong' });
  lab.login('expired', { clientId: APP, clientSecret: 'expired' });
  lab.login('unknown', { clientId: '88888888-8888-4888-8888-888888888888', clientSecret: PASSWORD });
  lab.login('no-guid', { clientId: 'not a client id', clientSecret: PASSWORD });
  lab.login('empty', { clientId: APP, clientSecret: '' });
  lab.login('half', { clientId: APP });
  lab.login('certificate', { clientId: APP, clientCertificate: certificate.keyPem + certificate.certPem });
  lab.login('foreign', { clientId: APP, clientCertificate: foreign.keyPem + foreign.certPem });
  lab.login('no-pem', { clientId: APP, clientCertificate: 'no PEM at all' });
  lab.login('certificate-alone', { clientId: APP, clientCertificate: certificate.certPem });
  lab.login('login', { clientId: APP, clientSecret: PASSWORD }, 'team-b');
  lab.serviceAccount('robot');
  lab.serviceAccount('annotated', { [CLIENT_ID]: APP, [TENANT_ID]: TENANT });
  lab.serviceAccount('stranger', { [CLIENT_ID]: APP, [TENANT_ID]: TENANT });
});
afterAll(() => lab.stop());

const byCertificate = (name: string): ConfigChanges => ({
  authSecretRef: { clientId: { name, key: 'clientId' }, clientCertificate: { name, key: 'clientCertificate' } },
});
const bySecret = (name: string, namespace?: string): ConfigChanges => ({
  authSecretRef: loginIn(name, namespace),
});
const byAccount = (name: string, more: ConfigChanges = {}): ConfigChanges => ({
  authType: 'WorkloadIdentity',
  serviceAccountRef: { name },
  authSecretRef: undefined,
  tenantId: undefined,
  ...more,
});

let count = 0;
const PLACES = ['an object', 'a store'] as const;

/** Writes the config where it is said. @returns its name, and the path of its fields */
function place(where: (typeof PLACES)[number], spec: ConfigChanges): { name: string; root: string } {
  const name = `c-${++count}`;
  if (where === 'an object') lab.config(name, spec);
  else lab.store('SecretStore', name, spec);
  return { name, root: where === 'an object' ? 'spec' : 'spec.provider.azurekv' };
}

describe.each(PLACES)('in %s', (where) => {
  test.each<[string, ConfigChanges]>([
    ['a client secret [V5.2.1]', {}],
    ['a certificate [V5.2.3]', byCertificate('certificate')],
    [
      'a ServiceAccount and a client ID in a Secret [V5.2.6]',
      byAccount('robot', { authSecretRef: { clientId: { name: 'login', key: 'clientId' } }, tenantId: TENANT }),
    ],
    ['an annotated ServiceAccount [V5.2.6]', byAccount('annotated')],
  ])('%s logs in', async (_way, spec) => {
    const { name } = place(where, spec);
    expect(await lab.get(name, 'k')).toBe('value');
    const { valid, validationUnknown } = await lab.provider.client.store.validate(lab.request(name));
    expect({ valid, validationUnknown: validationUnknown ?? false }).toEqual({ valid: true, validationUnknown: false });
  });

  test.each<[string, ConfigChanges, string, string, string]>([
    ['a wrong secret', bySecret('wrong'), 'CREDENTIALS_REJECTED', 'authSecretRef.clientSecret', 'AADSTS7000215'],
    ['an expired secret', bySecret('expired'), 'CREDENTIALS_REJECTED', 'authSecretRef.clientSecret', 'AADSTS7000222'],
    ['an unknown app', bySecret('unknown'), 'CREDENTIALS_REJECTED', 'authSecretRef.clientSecret', 'AADSTS700016'],
    [
      'an ID of another form',
      { tenantId: 'no tenant at all/' },
      'CREDENTIALS_UNUSABLE',
      'authSecretRef.clientSecret',
      'IDs of tenant and client',
    ],
    ['an unknown tenant', { tenantId: OTHER_TENANT }, 'CONFIG_INVALID', 'tenantId', 'no such tenant'],
    ['an empty secret', bySecret('empty'), 'CREDENTIALS_UNUSABLE', 'authSecretRef.clientSecret', 'is empty'],
    [
      'a Secret without the key',
      bySecret('half'),
      'CREDENTIALS_UNUSABLE',
      'authSecretRef.clientSecret',
      'clientSecret',
    ],
    ['a Secret that is absent', bySecret('absent'), 'CREDENTIALS_UNUSABLE', 'authSecretRef.clientId', 'absent'],
    [
      'a Secret of another namespace',
      bySecret('login', 'team-b'),
      'NAMESPACE_NOT_ALLOWED',
      'authSecretRef.clientId',
      'team-b',
    ],
    [
      'a foreign certificate',
      byCertificate('foreign'),
      'CREDENTIALS_REJECTED',
      'authSecretRef.clientCertificate',
      'AADSTS700027',
    ],
    [
      'a certificate that is none',
      byCertificate('no-pem'),
      'CREDENTIALS_UNUSABLE',
      'authSecretRef.clientCertificate',
      'no PEM',
    ],
    [
      'a certificate without its key',
      byCertificate('certificate-alone'),
      'CREDENTIALS_UNUSABLE',
      'authSecretRef.clientCertificate',
      'no PEM',
    ],
    [
      'a ServiceAccount that the app does not trust',
      byAccount('stranger'),
      'CREDENTIALS_REJECTED',
      'serviceAccountRef',
      'AADSTS',
    ],
    ['a ServiceAccount that is absent', byAccount('absent'), 'CREDENTIALS_UNUSABLE', 'serviceAccountRef', 'absent'],
    [
      'a ServiceAccount without annotations',
      byAccount('robot', { tenantId: TENANT }),
      'CREDENTIALS_UNUSABLE',
      'serviceAccountRef',
      CLIENT_ID,
    ],
    [
      'a client ID in two places',
      byAccount('annotated', { authSecretRef: { clientId: { name: 'login', key: 'clientId' } } }),
      'CONFIG_INVALID',
      'authSecretRef.clientId',
      'multiple clientID',
    ],
    [
      'a tenant in two places',
      byAccount('annotated', { tenantId: TENANT }),
      'CONFIG_INVALID',
      'tenantId',
      'multiple tenantID',
    ],
    ['no tenant', { tenantId: undefined }, 'CONFIG_INVALID', 'tenantId', 'missing tenantID'],
    ['no login', { authSecretRef: undefined }, 'CONFIG_INVALID', 'authSecretRef', 'missing secret ref'],
    [
      'both a secret and a certificate',
      { authSecretRef: { ...loginIn('login'), clientCertificate: { name: 'certificate', key: 'clientCertificate' } } },
      'CONFIG_INVALID',
      'authSecretRef',
      'both',
    ],
    [
      'neither',
      { authSecretRef: { clientId: { name: 'login', key: 'clientId' } } },
      'CONFIG_INVALID',
      'authSecretRef',
      'neither',
    ],
    ['the identity of the pod', { authType: 'ManagedIdentity' }, 'CONFIG_INVALID', 'authType', 'pod of the provider'],
    [
      'another identity of the machine',
      { authType: 'ManagedIdentity', identityId: APP },
      'CONFIG_INVALID',
      'identityId',
      'pod of the provider',
    ],
    [
      'the workload identity of the pod',
      { authType: 'WorkloadIdentity' },
      'CONFIG_INVALID',
      'serviceAccountRef',
      'pod of the provider',
    ],
    ['a vault without TLS', { vaultUrl: 'http://team-a.vault.azure.net' }, 'CONFIG_INVALID', 'vaultUrl', 'https'],
    [
      'a vault of another cloud',
      { environmentType: 'USGovernmentCloud' },
      'CONFIG_INVALID',
      'environmentType',
      'another cloud',
    ],
    [
      'a cloud that is not described',
      { environmentType: 'AzureStackCloud' },
      'CONFIG_INVALID',
      'customCloudConfig',
      'AzureStackCloud',
    ],
  ])('%s is refused, once and for all calls', async (_case, spec, code, field, words) => {
    const { name, root } = place(where, spec);
    const refusal = await refusedCall(lab.get(name, 'k'));
    expect(refusal).toMatchObject({ code });
    expect(refusal.error.field).toBe(`${root}.${field}`);
    expect(refusal.error.publicMessage).toContain(words);
    expect(refusal.error.nextStep).not.toBe('');
  });
});

test('one login serves all calls of its token life [V5.8.2]', async () => {
  const { name } = place('an object', {});
  lab.azure.calls.length = 0;
  for (let i = 0; i < 20; i++) await lab.get(name, 'k');
  const logins = () => lab.azure.calls.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length;
  expect(logins()).toBe(1);
  // The vault is asked without a token once, to learn what it wants.
  expect(lab.azure.calls.filter(({ status }) => status === 401)).toHaveLength(1);
});

test('a ClusterSecretStore uses a ServiceAccount of the namespace that it names, a SecretStore does not [V5.2.7]', async () => {
  lab.serviceAccount('elsewhere', { [CLIENT_ID]: APP, [TENANT_ID]: TENANT }, 'team-b');
  const spec = byAccount('elsewhere', { serviceAccountRef: { name: 'elsewhere', namespace: 'team-b' } });
  lab.azure.directory.addTenant({
    id: TENANT,
    apps: [
      {
        clientId: APP,
        secrets: [{ value: PASSWORD }],
        federated: [{ issuer: 'https://kubernetes.default.svc', subject: 'system:serviceaccount:team-b:elsewhere' }],
      },
    ],
  });
  lab.store('ClusterSecretStore', 'cluster', spec);
  lab.store('SecretStore', 'tenant', spec);
  expect(await lab.get('cluster', 'k')).toBe('value');
  expect(await refusedCall(lab.get('tenant', 'k'))).toMatchObject({ code: 'NAMESPACE_NOT_ALLOWED' });
});

test('a ClusterSecretStore that leaves the namespace to who asks is judged by nobody; a wrong login is [V5.2.8] [V5.2.9]', async () => {
  lab.store('ClusterSecretStore', 'referent', {});
  lab.store('ClusterSecretStore', 'named', bySecret('wrong', 'team-a'));
  const validate = async (name: string) =>
    lab.provider.client.store.validate({ ...lab.request(name), sourceNamespace: '' });
  expect(await validate('referent')).toMatchObject({ valid: true, validationUnknown: true });
  expect(await refusedCall(validate('named'))).toMatchObject({ code: 'CREDENTIALS_REJECTED' });
});

test('no credential has reached a log', () => {
  const log = lab.log.join('');
  for (const secret of [PASSWORD, 'PRIVATE KEY', 'eyJ']) expect(log).not.toContain(secret);
  expect(log).toContain('AADSTS7000215');
});
