import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsProxy, eventually } from '@eso/testing';
import { AwsLab, keysIn, refusedCall, REGION, validKeys } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::222222222222:role/app';
const HOP = 'arn:aws:iam::333333333333:role/hop';

let lab: AwsLab;
let proxy: AwsProxy;

/** The form that the provider posted to STS, of each call. */
const assumed = () => proxy.of('AssumeRole').map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const validate = (config: string) => lab.provider.client.store.validate(lab.request(config));
const denial = { status: 403, body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/app may not</Message></Error><RequestId>1-2</RequestId></ErrorResponse>' }; // prettier-ignore

/** AWS refuses whoever asks for a secret first from now on, as one whose session has ended. */
function expireFirst(): void {
  let expired: string | undefined;
  proxy.script = ({ operation, accessKeyId }) => {
    if (operation !== 'GetSecretValue') return undefined;
    expired ??= accessKeyId;
    return accessKeyId === expired ? { status: 400, body: '{"__type":"ExpiredTokenException"}' } : undefined;
  };
}

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
  });
  // The emulator shows to a role the secrets of the role's account.
  const sts = new STSClient({ endpoint: lab.moto.url, region: REGION, credentials: validKeys(lab.moto) });
  const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'setup' }));
  sts.destroy();
  const account = new SecretsManagerClient({
    endpoint: lab.moto.url,
    region: REGION,
    credentials: {
      accessKeyId: session?.AccessKeyId ?? '',
      secretAccessKey: session?.SecretAccessKey ?? '',
      sessionToken: session?.SessionToken ?? '',
    },
  });
  await account.send(new CreateSecretCommand({ Name: 'db', SecretString: "the role's" }));
  account.destroy();
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

test('a role is assumed with all that is configured, once for many calls', async () => {
  lab.config('role', {
    role: ROLE,
    externalID: 'ticket',
    sessionTags: [{ key: 'team', value: 'a' }],
    transitiveTagKeys: ['team'],
  });
  const values = await Promise.all([lab.get('role', 'db'), lab.get('role', 'db'), lab.get('role', 'db')]);
  expect(values).toEqual(["the role's", "the role's", "the role's"]);
  expect(await lab.get('role', 'db')).toBe("the role's");
  expect(assumed()).toEqual([
    expect.objectContaining({
      RoleArn: ROLE,
      ExternalId: 'ticket',
      'Tags.member.1.Key': 'team',
      'Tags.member.1.Value': 'a',
      'TransitiveTagKeys.member.1': 'team',
      RoleSessionName: 'external-secrets-provider-aws',
      DurationSeconds: '900',
    }),
  ]);
});

test('further roles come before it, each with the identity of the one before and nothing special', async () => {
  lab.config('chain', { additionalRoles: [HOP], role: ROLE, externalID: 'ticket' });
  expect(await lab.get('chain', 'db')).toBe("the role's");
  expect(assumed().map(({ RoleArn, ExternalId }) => [RoleArn, ExternalId])).toEqual([
    [HOP, undefined],
    [ROLE, 'ticket'],
  ]);
  const signers = proxy.requests.map(({ accessKeyId }) => accessKeyId);
  expect(signers[0]).toBe(validKeys(lab.moto).accessKeyId);
  expect(new Set(signers).size).toBe(3);
});

test('other access keys are another session: who lost the keys loses the role', async () => {
  lab.keys('own', { accessKeyId: 'AKIAFIRST00000000000', secretAccessKey: 'x' });
  lab.config('own', { auth: keysIn('own'), role: ROLE });
  await lab.get('own', 'db');
  lab.keys('own', { accessKeyId: 'AKIASECOND0000000000', secretAccessKey: 'x' });
  // Makes the kit read the keys anew, which it does by itself after 30 seconds.
  expireFirst();
  expect(await lab.get('own', 'db')).toBe("the role's");
  expect(proxy.of('AssumeRole').map(({ accessKeyId }) => accessKeyId)).toEqual([
    'AKIAFIRST00000000000',
    'AKIASECOND0000000000',
  ]);
});

test('a session that AWS takes no longer is replaced within the call, once for all who use it', async () => {
  lab.config('revoked', { role: ROLE });
  await lab.get('revoked', 'db');
  expireFirst();
  const values = await Promise.all(Array.from({ length: 20 }, () => lab.get('revoked', 'db')));
  expect(new Set(values)).toEqual(new Set(["the role's"]));
  expect(assumed()).toHaveLength(2);
});

test('fifty calls with a role that may not be assumed ask for it once', async () => {
  lab.config('refused', { role: ROLE });
  proxy.script = ({ operation }) => (operation === 'AssumeRole' ? denial : undefined);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => refusedCall(lab.get('refused', 'db'))));
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['ACCESS_DENIED']));
  expect(assumed()).toHaveLength(1);
});

test('a role that may not be assumed is named, by Validate too, and tried again a second later', async () => {
  lab.config('denied', { role: ROLE });
  proxy.script = ({ operation }) => (operation === 'AssumeRole' ? denial : undefined);
  for (const call of [validate('denied'), lab.get('denied', 'db')]) {
    const { code, error } = await refusedCall(call);
    expect(code).toBe('ACCESS_DENIED');
    expect(error.field).toBe('spec.role');
    expect(error.publicMessage).toBe(
      `may not assume role ${ROLE}: AWS answered AccessDenied: User: arn:aws:iam::1:user/app may not`,
    );
  }
  proxy.script = () => undefined;
  expect(await eventually(() => lab.get('denied', 'db'))).toBe("the role's");
});

test('a text that is no ARN is a fault of the config object', async () => {
  proxy.script = ({ operation }) =>
    operation === 'AssumeRole'
      ? { status: 400, body: denial.body.replace('AccessDenied', 'ValidationError') }
      : undefined;
  lab.config('malformed', { additionalRoles: ['app'], role: ROLE });
  const { code, error } = await refusedCall(validate('malformed'));
  expect(code).toBe('CONFIG_INVALID');
  expect(error.field).toBe('spec.additionalRoles[0]');
});
