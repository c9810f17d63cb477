/** AWS that is slow, throttles, is down, answers a half or rubbish: what the tenant is told, and what another one has of it. */
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import {
  ADVERSE_CASES,
  type AdverseCalls,
  adverseFindings,
  AdverseProxy,
  adverseReads,
  adverseWrites,
  type AdverseSubject,
  nodeErrorsAreErrors,
  PUSHED_VALUE,
} from '@eso/testing';
import { AwsLab, keysIn } from './testing/aws-lab.ts';

const HIDDEN = { value: 'hush-1d0c', password: 'hush-b8e2', secretKey: 'hush-77aa' };
const ROLE = 'arn:aws:iam::222222222222:role/app';
/** Whose AWS is ill, and who is beside. */
const KEYS = { ill: 'AKIAILL0000000000000', beside: 'AKIABESIDE0000000000' } as const;
const TENANTS = ['ill', 'beside'] as const;
/** One attempt, so that each fault is met as it is. */
const ONCE = { retrySettings: { maxRetries: 1 } };
const VALUE = JSON.stringify({ user: HIDDEN.value, password: HIDDEN.password });

let lab: AwsLab;
let tickets = 0;
let proxies: Record<'secretsManager' | 'ssm' | 'sts', AdverseProxy>;

beforeAll(async () => {
  nodeErrorsAreErrors();
  lab = await AwsLab.start({
    endpoints: async (target) => {
      const affects = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): boolean =>
        String(headers['authorization']).includes(KEYS.ill);
      const start = () => AdverseProxy.start({ target, affects });
      proxies = { secretsManager: await start(), ssm: await start(), sts: await start() };
      return { secretsManager: proxies.secretsManager.url, ssm: proxies.ssm.url, sts: proxies.sts.url };
    },
  });
  for (const tenant of TENANTS) {
    lab.keys(tenant, { accessKeyId: KEYS[tenant], secretAccessKey: HIDDEN.secretKey });
    lab.store('SecretStore', `${tenant}-secrets`, { auth: keysIn(tenant) }, ONCE);
    lab.store('SecretStore', `${tenant}-parameters`, { service: 'ParameterStore', auth: keysIn(tenant) }, ONCE);
  }
  assumeRoles();
  const Tags = [{ Key: 'env', Value: 'test' }];
  for (const Name of ['db', 'db-other']) {
    await lab.aws.send(new CreateSecretCommand({ Name, SecretString: VALUE, Tags }));
    await lab.ssm.send(new PutParameterCommand({ Name: `/${Name}`, Type: 'String', Value: VALUE, Tags }));
  }
});

afterEach(() => Promise.all(Object.values(proxies).map((proxy) => proxy.set(undefined))));

afterAll(async () => {
  await lab.stop();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
});

const roleStore = (tenant: string): string => `${tenant}-role-${tickets}`;

/** Stores that nobody has logged in for. */
function assumeRoles(): void {
  tickets += 1;
  const aws = { service: 'ParameterStore', role: ROLE } as const;
  for (const tenant of TENANTS) lab.store('SecretStore', roleStore(tenant), { ...aws, auth: keysIn(tenant) }, ONCE);
}

/** @param key of the secret that is there */
function callsOf(store: string, key: string): AdverseCalls {
  const { client } = lab.provider;
  const find = { name: 'db', tags: { env: 'test' } };
  const request = lab.request(store);
  return {
    ...adverseReads({ client, request, key, other: `${key}-other`, find }),
    ...adverseWrites({ client, request, key: key.replace('db', store) }),
  };
}

function subject(of: 'secrets' | 'parameters' | 'role'): AdverseSubject {
  const common = { hidden: [...Object.values(HIDDEN), PUSHED_VALUE], log: lab.log };
  const secrets = (tenant: string) => callsOf(`${tenant}-secrets`, 'db');
  const parameters = (tenant: string) => callsOf(`${tenant}-parameters`, '/db');
  switch (of) {
    case 'secrets':
      return { ...common, proxy: proxies.secretsManager, calls: secrets('ill'), beside: secrets('beside'), elsewhere: parameters('beside') }; // prettier-ignore
    case 'parameters':
      return { ...common, proxy: proxies.ssm, calls: parameters('ill'), beside: parameters('beside'), elsewhere: secrets('beside') }; // prettier-ignore
    case 'role': {
      const login = (tenant: string) => {
        const { validate } = lab.provider.client.store;
        return {
          login: async (timeoutMs: number) =>
            String((await validate(lab.request(roleStore(tenant)), { timeoutMs })).valid),
        };
      };
      return { ...common, proxy: proxies.sts, calls: login('ill'), beside: login('beside'), elsewhere: secrets('beside'), reopen: assumeRoles }; // prettier-ignore
    }
  }
}

/** What lasts with STS, which is asked three times, with the pauses that it asks for. */
const LONG = /never answers|for how long|for a day|is busy/;
const TABLE = (['secrets', 'parameters', 'role'] as const).flatMap((of) =>
  ADVERSE_CASES.filter(({ name }) => of !== 'role' || !LONG.test(name)).map((adverse) => ({ of, ...adverse })),
);

test.each(TABLE)(
  '$of: an AWS $name ($kind)',
  async ({ of, ...adverse }) => {
    expect(await adverseFindings(adverse, subject(of))).toEqual([]);
  },
  120_000,
);
