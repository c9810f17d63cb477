/** A login ends with what it stands for: its proof, and who it is. */
import { type Clock, systemClock } from '@eso/runtime';
import {
  APP,
  AzureLab,
  type ConfigChanges,
  loginIn,
  NOBODY,
  PASSWORD,
  refusedCall,
  TENANT,
} from './testing/azure-lab.ts';

const CLIENT_ID = 'azure.workload.identity/client-id';
const TENANT_ID = 'azure.workload.identity/tenant-id';
const OTHER_TENANT = '99999999-9999-4999-8999-999999999999';
/** How far the provider's clock is ahead, milliseconds. */
let aheadMs = 0;
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + aheadMs,
  monotonic: () => systemClock.monotonic() + aheadMs,
};

let lab: AzureLab;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start({ clock });
  await lab.secrets.setSecret('k', 'value');
});
afterAll(() => lab.stop());

/** What was read of an object is kept for half a minute at most. */
const later = (): void => void (aheadMs += 31_000);

test('a client secret that is replaced ends what it opened', async () => {
  lab.login('rotated', { clientId: APP, clientSecret: PASSWORD });
  lab.config('rotated', { authSecretRef: loginIn('rotated') });
  expect(await lab.get('rotated', 'k')).toBe('value');
  lab.login('rotated', { clientId: APP, clientSecret: 'wrong' });
  later();
  expect(await refusedCall(lab.get('rotated', 'k'))).toMatchObject({ code: 'CREDENTIALS_REJECTED' });
});

describe('a ServiceAccount', () => {
  const byAccount = (more: ConfigChanges = {}): ConfigChanges => ({
    authType: 'WorkloadIdentity',
    serviceAccountRef: { name: 'robot' },
    authSecretRef: undefined,
    tenantId: undefined,
    ...more,
  });
  const annotations = { [CLIENT_ID]: APP, [TENANT_ID]: TENANT };
  const fromSecret = { clientId: { name: 'ids', key: 'clientId' }, tenantId: { name: 'ids', key: 'tenantId' } };
  const ids = { clientId: APP, tenantId: TENANT };

  beforeEach(() => {
    lab.serviceAccount('robot', annotations);
    lab.login('ids', ids);
    later();
  });

  test('one that stays as it is logs in once, and its token is asked for once', async () => {
    lab.config('steady', byAccount());
    const logins = () => lab.azure.calls.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length;
    const before = { logins: logins(), requested: lab.tokens.requested };
    for (let i = 0; i < 10; i++) {
      expect(await lab.get('steady', 'k')).toBe('value');
      later();
    }
    expect({ logins: logins() - before.logins, requested: lab.tokens.requested - before.requested }).toEqual({
      logins: 1,
      requested: 1,
    });
  });

  test.each<[string, ConfigChanges, () => void, string]>([
    [
      'annotated with another client',
      byAccount(),
      () => lab.serviceAccount('robot', { ...annotations, [CLIENT_ID]: NOBODY }),
      'ACCESS_DENIED',
    ],
    [
      'annotated with another tenant',
      byAccount(),
      () => lab.serviceAccount('robot', { ...annotations, [TENANT_ID]: OTHER_TENANT }),
      'CONFIG_INVALID',
    ],
    ['that is annotated no more', byAccount(), () => lab.serviceAccount('robot'), 'CREDENTIALS_UNUSABLE'],
    ['that is gone', byAccount(), () => lab.remove('ServiceAccount', 'robot'), 'CREDENTIALS_UNUSABLE'],
    [
      'whose client stands in a Secret, and is another now',
      byAccount({ authSecretRef: fromSecret }),
      () => lab.login('ids', { ...ids, clientId: NOBODY }),
      'ACCESS_DENIED',
    ],
    [
      'whose tenant stands in a Secret, and is another now',
      byAccount({ authSecretRef: fromSecret }),
      () => lab.login('ids', { ...ids, tenantId: OTHER_TENANT }),
      'CONFIG_INVALID',
    ],
  ])('%s: the login of before is used no more [V5.8.2]', async (_change, spec, change, code) => {
    if (spec.authSecretRef) {
      lab.serviceAccount('robot');
      later();
    }
    const name = `by-account-${aheadMs}`;
    lab.config(name, spec);
    expect(await lab.get(name, 'k')).toBe('value');
    change();
    later();
    expect(await refusedCall(lab.get(name, 'k'))).toMatchObject({ code });
  });
});
