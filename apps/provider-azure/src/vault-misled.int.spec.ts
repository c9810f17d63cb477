/** A vault, or what stands under its URL, that asks for another token, leads elsewhere, or answers what is none of Key Vault's. */
import type { Answer, Call } from '@eso/key-vault-server';
import { APP, AzureLab, refusedCall, TENANT } from './testing/azure-lab.ts';

const OTHER = 'team-b.vault.azure.net';
let lab: AzureLab;
let count = 0;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start();
  lab.azure.addVault({ name: 'team-b', tenantId: TENANT, access: { [APP]: 'all' } });
  await lab.secrets.setSecret('k', 'value');
});
afterEach(() => lab.azure.intercept());
afterAll(() => lab.stop());

/** A config that nothing is kept of, whose vault answers so; what `answer` does not answer is served. */
function vaultThatAnswers(answer: (call: Call) => Answer | 'hangUp' | undefined): string {
  const name = `misled-${++count}`;
  lab.store('SecretStore', name, {}, { retrySettings: { maxRetries: 0 } });
  const { host } = new URL(lab.vaultUrl);
  lab.azure.calls.length = 0;
  lab.azure.intercept((call) => (call.host === host ? answer(call) : undefined));
  return name;
}

const item = (name: string): object => ({ id: `${lab.vaultUrl}/secrets/${name}`, attributes: { enabled: true } });
const list = (value: readonly object[], nextLink?: string): Answer => ({ status: 200, body: { value, nextLink } });

test.each([
  ['of another cloud', 'resource="https://vault.usgovcloudapi.net"'],
  ['of somebody else', 'resource="https://vault.example"'],
  ['of a user at its own', 'resource="https://a@vault.azure.net"'],
  ['of a part of its own', 'resource="https://azure.net"'],
])('a challenge for a token %s gets none [V5.1.8]', async (_whose, resource) => {
  const tokens: unknown[] = [];
  const name = vaultThatAnswers(({ headers }) => {
    tokens.push(headers.authorization);
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", ${resource}`;
    return { status: 401, headers: { 'www-authenticate': challenge }, body: { error: { code: 'Unauthorized' } } };
  });
  const { code, error } = await refusedCall(lab.get(name, 'k'));
  expect(code).toBe('CONFIG_INVALID');
  expect(error.nextStep).toContain('spec.provider.azurekv.vaultUrl');
  expect(tokens).toEqual([undefined]);
});

test('whatever authority a challenge names, the login stays with that of the config [V5.1.8]', async () => {
  const name = vaultThatAnswers(({ headers }) =>
    headers.authorization
      ? undefined
      : {
          status: 401,
          headers: {
            'www-authenticate': `Bearer authorization="https://login.chinacloudapi.cn/${APP}", resource="https://vault.azure.net"`,
          },
        },
  );
  expect(await lab.get(name, 'k')).toBe('value');
  const asked = lab.azure.calls.map(({ host, path }) => `${host}${path}`).filter((where) => where.startsWith('login.'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((where) => !where.startsWith('login.microsoftonline.com'))).toEqual([]);
  expect(asked.filter((where) => where.includes(APP))).toEqual([]);
});

test('a next page on another host is not asked for [V5.1.8]', async () => {
  const name = vaultThatAnswers(({ headers, path }) =>
    headers.authorization && path.startsWith('/secrets')
      ? list([item('k')], `https://${OTHER}/secrets?page=2`)
      : undefined,
  );
  const { code, error } = await refusedCall(lab.find(name, {}));
  expect({ code, field: error.field }).toEqual({ code: 'CONFIG_INVALID', field: 'spec.provider.azurekv.vaultUrl' });
  expect(lab.azure.calls.filter(({ host }) => host === OTHER)).toEqual([]);
});

test('a redirection is not followed, on its own host neither [V5.1.8]', async () => {
  for (const location of [`https://${OTHER}/secrets/k`, `${lab.vaultUrl}/secrets/other`]) {
    const name = vaultThatAnswers(({ headers, path }) =>
      headers.authorization && path.startsWith('/secrets/k') ? { status: 307, headers: { location } } : undefined,
    );
    const { code, error } = await refusedCall(lab.get(name, 'k'));
    expect({ code, field: error.field }).toEqual({
      code: 'BACKEND_UNAVAILABLE',
      field: 'spec.provider.azurekv.vaultUrl',
    });
    expect(lab.azure.calls.filter(({ host, path }) => host === OTHER || path.includes('other'))).toEqual([]);
  }
});

test('a secret without its content is no empty secret', async () => {
  const name = vaultThatAnswers(({ headers }) =>
    headers.authorization ? { status: 200, body: item('k') } : undefined,
  );
  const { code, error } = await refusedCall(lab.get(name, 'k'));
  expect({ code, retryable: error.retryable }).toEqual({ code: 'BACKEND_UNAVAILABLE', retryable: false });
  expect(error.publicMessage).toContain('without the content');
});

test('a list of what has no names is no list', async () => {
  const name = vaultThatAnswers(({ headers }) =>
    headers.authorization ? list([{ id: `${lab.vaultUrl}/secrets/`, attributes: { enabled: true } }]) : undefined,
  );
  expect(await refusedCall(lab.find(name, {}))).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
});

test('who hangs up may come back: that is tried again, of a vault and of an authority', async () => {
  const name = vaultThatAnswers(() => 'hangUp');
  expect(await refusedCall(lab.get(name, 'k'))).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    error: { retryable: true },
  });
  lab.azure.intercept(({ host }) => (host.startsWith('login.') ? 'hangUp' : undefined));
  lab.store('SecretStore', 'no-authority');
  expect(await refusedCall(lab.get('no-authority', 'k'))).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    error: { retryable: true },
  });
});

/** As a vault says it whose tenant has taken a token back before its time (continuous access evaluation). */
const INSUFFICIENT: Answer = {
  status: 401,
  headers: {
    'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/${TENANT}", error="insufficient_claims", claims="${Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1"}}}').toString('base64')}"`,
  },
  body: { error: { code: 'Unauthorized' } },
};

test('a vault that wants another token gets one of a new login, and the old one not once more', async () => {
  const shown: string[] = [];
  const name = vaultThatAnswers(({ headers }) => {
    const token = headers.authorization;
    if (token === undefined) return undefined;
    shown.push(token);
    return token === shown[0] ? INSUFFICIENT : undefined;
  });
  expect(await lab.get(name, 'k')).toBe('value');
  expect(new Set(shown).size).toBe(2);
  expect(shown).toHaveLength(2);
});
