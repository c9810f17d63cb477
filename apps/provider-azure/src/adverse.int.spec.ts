/** Key Vault and Entra that are slow, throttle, are down, answer a half or rubbish: what the tenant is told, and what another one has of it. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { issue } from '@eso/control-plane/x509.mjs';
import {
  ADVERSE_CASES,
  adverseFindings,
  AdverseProxy,
  adverseReads,
  adverseWrites,
  type AdverseSubject,
  nodeErrorsAreErrors,
  PUSHED_VALUE,
  TunnelProxy,
} from '@eso/testing';
import { APP, AzureLab, loginIn, NOBODY, PASSWORD, TENANT } from './testing/azure-lab.ts';

const HIDDEN = { value: 'hush-1d0c', password: 'hush-b8e2' };
const VALUE = JSON.stringify({ user: HIDDEN.value, password: HIDDEN.password });
/** One attempt, so that each fault is met as it is. */
const ONCE = { retrySettings: { maxRetries: 0 } };
const [ILL_VAULT, LOGIN] = ['ill.vault.azure.net', 'login.microsoftonline.com'];

let lab: AzureLab;
let tunnel: TunnelProxy;
let proxies: Record<'vault' | 'login', AdverseProxy>;
let logins = 0;

beforeAll(async () => {
  nodeErrorsAreErrors();
  lab = await AzureLab.start();
  lab.azure.addVault({ name: 'ill', tenantId: TENANT, access: { [APP]: 'all' } });
  const ca = issue({ commonName: 'adverse', use: 'ca' });
  const leaf = issue({ commonName: 'adverse', use: 'server', names: [ILL_VAULT, LOGIN], issuer: ca });
  const behind = {
    target: `https://127.0.0.1:${lab.azure.port}`,
    ca: lab.azure.ca,
    tls: { cert: leaf.certPem, key: leaf.keyPem },
  };
  proxies = {
    vault: await AdverseProxy.start(behind),
    login: await AdverseProxy.start({ ...behind, affects: ({ body }) => body.includes(NOBODY) }),
  };
  tunnel = await TunnelProxy.start((host) => {
    if (host === LOGIN) return proxies.login.port;
    return host === ILL_VAULT ? proxies.vault.port : lab.azure.port;
  });
  process.env['HTTPS_PROXY'] = tunnel.url;
  setDefaultCACertificates([...getCACertificates(), ca.certPem]);
  lab.store('SecretStore', 'ill', { vaultUrl: `https://${ILL_VAULT}` }, ONCE);
  lab.store('SecretStore', 'beside', {}, ONCE);
  await fill(`https://${ILL_VAULT}`);
  await fill(lab.vaultUrl);
});

afterEach(() => Promise.all(Object.values(proxies).map((proxy) => proxy.set(undefined))));

afterAll(async () => {
  await lab.stop();
  await tunnel.stop();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
});

async function fill(vaultUrl: string): Promise<void> {
  const client = new SecretClient(vaultUrl, new ClientSecretCredential(TENANT, APP, PASSWORD));
  for (const name of ['db', 'db-other']) await client.setSecret(name, VALUE, { tags: { env: 'test' } });
}

/** A config that nobody has logged in for. */
function logInAnew(): void {
  logins += 1;
  for (const [tenant, clientId] of Object.entries({ ill: NOBODY, beside: APP })) {
    lab.login(`${tenant}-${logins}`, { clientId, clientSecret: PASSWORD });
    const authSecretRef = loginIn(`${tenant}-${logins}`);
    lab.store('SecretStore', `${tenant}-login-${logins}`, { authSecretRef }, ONCE);
  }
}

function subject(of: 'vault' | 'login'): AdverseSubject {
  const { client } = lab.provider;
  const common = { hidden: [...Object.values(HIDDEN), PASSWORD, PUSHED_VALUE], log: lab.log, proxy: proxies[of] };
  const callsOf = (tenant: string) => {
    const request = lab.request(tenant);
    const find = { name: '^db', tags: { env: 'test' } };
    return {
      ...adverseReads({ client, request, key: 'db', find }),
      ...adverseWrites({ client, request, key: 'pushed' }),
    };
  };
  if (of === 'vault')
    return { ...common, calls: callsOf('ill'), beside: callsOf('beside'), elsewhere: callsOf('beside') };
  const login = (tenant: string) => ({
    login: async (timeoutMs: number) =>
      String((await client.store.validate(lab.request(`${tenant}-login-${logins}`), { timeoutMs })).valid),
  });
  return { ...common, calls: login('ill'), beside: login('beside'), elsewhere: callsOf('beside'), reopen: logInAnew };
}

beforeAll(logInAnew);

const TABLE = (['vault', 'login'] as const).flatMap((of) => ADVERSE_CASES.map((adverse) => ({ of, ...adverse })));

test.each(TABLE)(
  '$of: an Azure $name ($kind)',
  async ({ of, ...adverse }) => {
    expect(await adverseFindings(adverse, subject(of))).toEqual([]);
  },
  120_000,
);
