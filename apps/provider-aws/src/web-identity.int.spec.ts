/** Login by a ServiceAccount's token. The emulator takes any token, so that what is asked of STS is looked at on the way. */
import { AwsProxy } from '@eso/testing';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsStoreConfig } from './config/aws.ts';
import { AwsLab, keysIn, refusedCall, REGION, validKeys } from './testing/aws-lab.ts';
import { SeenTokens } from './testing/seen-tokens.ts';

const ROLE = 'arn:aws:iam::222222222222:role/app';
const FIRST = 'arn:aws:iam::444444444444:role/first';
const ANNOTATION = 'eks.amazonaws.com/role-arn';

let lab: AwsLab;
let proxy: AwsProxy;
const tokens = new SeenTokens();

const form = (body: string) => Object.fromEntries(new URLSearchParams(body));
const exchanges = () => proxy.of('AssumeRoleWithWebIdentity');
const jwt = (name = 'app', more: object = {}): Partial<AwsStoreConfig> => ({
  auth: { jwt: { serviceAccountRef: { name, ...more } } },
});
/** An answer of STS that refuses. */
const refusal = (status: number, code: string, message: string) => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1-2</RequestId></ErrorResponse>`,
});

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
    provider: { kube: (objects) => tokens.watch(objects) },
  });
  lab.serviceAccount('app', { [ANNOTATION]: ROLE });
  // The emulator shows to a role the secrets of the role's account.
  const sts = new STSClient({ endpoint: lab.moto.url, region: REGION, credentials: validKeys(lab.moto) });
  const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'setup' }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = session ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const account = new SecretsManagerClient({ endpoint: lab.moto.url, region: REGION, credentials });
  await account.send(new CreateSecretCommand({ Name: 'db', SecretString: "the role's" }));
  account.destroy();
});

beforeEach(() => {
  proxy.reset();
  tokens.requests.length = 0;
});

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe.each(['a config object', 'a SecretStore', 'a ClusterSecretStore'])('%s', (where) => {
  const at = where === 'a config object' ? 'spec' : 'spec.provider.aws';
  let count = 0;
  const written = (config: Partial<AwsStoreConfig>): string => {
    const name = `${where.replaceAll(/[^a-z]/gi, '').toLowerCase()}-${++count}`;
    if (where === 'a config object') lab.config(name, config);
    else lab.store(where === 'a SecretStore' ? 'SecretStore' : 'ClusterSecretStore', name, config);
    return name;
  };

  test('shows a token to STS for the role of the annotation, unsigned, once for many reads [V2.2.1] [V2.2.6]', async () => {
    const store = written(jwt());
    const values = await Promise.all(Array.from({ length: 20 }, () => lab.get(store, 'db')));
    expect(new Set(values)).toEqual(new Set(["the role's"]));
    expect(exchanges().map(({ accessKeyId }) => accessKeyId)).toEqual(['']);
    expect(form(exchanges()[0]?.body ?? '')).toMatchObject({
      RoleArn: ROLE,
      RoleSessionName: 'external-secrets-provider-aws',
      DurationSeconds: '900',
      WebIdentityToken: expect.stringMatching(/^token-\d+-of-app$/) as string,
    });
  });

  test('asks for the audience of AWS, or that of the annotation, and for those of the reference after it [V2.2.5]', async () => {
    const ask = async (name: string, more = {}) => {
      await lab.get(written(jwt(name, more)), 'db');
      return tokens.requests.at(-1)?.audiences;
    };
    lab.serviceAccount(`china-${where.length}`, {
      [ANNOTATION]: ROLE,
      'eks.amazonaws.com/audience': 'sts.amazonaws.com.cn',
    });
    expect(await ask('app', { audiences: [where] })).toEqual(['sts.amazonaws.com', where]);
    expect(await ask(`china-${where.length}`)).toEqual(['sts.amazonaws.com.cn']);
  });

  test('assumes its roles afterwards, the last with what is configured for it [V2.2.7]', async () => {
    lab.serviceAccount('first', { [ANNOTATION]: FIRST });
    const store = written({ ...jwt('first'), role: ROLE, externalID: 'ticket' });
    expect(await lab.get(store, 'db')).toBe("the role's");
    expect(proxy.requests.map(({ operation }) => operation)).toEqual([
      'AssumeRoleWithWebIdentity',
      'AssumeRole',
      'GetSecretValue',
    ]);
    expect(form(proxy.of('AssumeRole')[0]?.body ?? '')).toMatchObject({ RoleArn: ROLE, ExternalId: 'ticket' });
  });

  test('does so before access keys that it names as well, and says so [V2.2.1]', async () => {
    const store = written({ auth: { ...keysIn('nowhere'), ...jwt().auth } });
    expect(await lab.get(store, 'db')).toBe("the role's");
    expect(await lab.provider.client.store.validate(lab.request(store))).toMatchObject({
      valid: true,
      warnings: [`${at}.auth.secretRef has no effect beside ${at}.auth.jwt`],
    });
  });

  test('with another role in the annotation is another session', async () => {
    const name = `moved-${where.length}`;
    lab.serviceAccount(name, { [ANNOTATION]: FIRST });
    const store = written(jwt(name));
    await refusedCall(lab.get(store, 'db'));
    lab.serviceAccount(name, { [ANNOTATION]: ROLE });
    // Makes the kit read what the login began with anew, which it does by itself after 30 seconds.
    let refused = false;
    proxy.script = ({ operation }) => {
      if (operation !== 'GetSecretValue' || refused) return undefined;
      refused = true;
      return { status: 400, body: '{"__type":"ExpiredTokenException"}' };
    };
    expect(await lab.get(store, 'db')).toBe("the role's");
  });

  test.each<[string, ReturnType<typeof refusal>, string, RegExp, RegExp]>([
    [
      'a trust policy that does not name it',
      refusal(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
      'ACCESS_DENIED',
      /^may not assume role arn:aws:iam::222222222222:role\/app with a token of ServiceAccount team-a\/app: AWS answered AccessDenied: Not authorized/,
      /trust policy of the role for system:serviceaccount:team-a:app and audience sts\.amazonaws\.com/,
    ],
    [
      'a cluster that IAM does not know',
      refusal(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account for https://oidc.local'),
      'CREDENTIALS_REJECTED',
      /^AWS STS does not accept the token of ServiceAccount team-a\/app \(InvalidIdentityTokenException: No OpenIDConnect provider found in your account for https:\/\/oidc\.local\)$/,
      /token issuer in IAM as an OpenID Connect provider, with audience sts\.amazonaws\.com/,
    ],
    [
      'a token that has expired',
      refusal(400, 'ExpiredTokenException', 'Token eyJhbGciOi.eyJzdWIi.c2ln expired'),
      'CREDENTIALS_REJECTED',
      /^AWS STS does not accept the token of ServiceAccount team-a\/app \(ExpiredTokenException\)$/,
      /clock of the cluster/,
    ],
    [
      'an issuer that AWS cannot reach',
      refusal(400, 'IDPCommunicationError', 'could not be reached'),
      'BACKEND_UNAVAILABLE',
      /^AWS STS in region eu-central-1 fails \(IDPCommunicationErrorException\)$/,
      /./,
    ],
    [
      'an annotation that is no ARN',
      refusal(400, 'ValidationError', 'app is invalid'),
      'CONFIG_INVALID',
      /^cannot assume role .* with a token of ServiceAccount team-a\/app: AWS answered ValidationError: app is invalid$/,
      /./,
    ],
  ])('names %s, in one line of its log as well [V2.2.9]', async (_what, answer, code, message, nextStep) => {
    const store = written(jwt());
    proxy.script = ({ operation }) => (operation === 'AssumeRoleWithWebIdentity' ? answer : undefined);
    lab.log.length = 0;
    const { code: answered, error } = await refusedCall(lab.get(store, 'db'));
    expect([answered, error.field]).toEqual([
      code,
      code === 'BACKEND_UNAVAILABLE' ? undefined : `${at}.auth.jwt.serviceAccountRef`,
    ]);
    expect(error.publicMessage).toMatch(message);
    expect(error.nextStep).toMatch(nextStep);
    const lines = lab.log.filter((line) => line.includes('1-2') || line.includes('request-1'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/token-\d|eyJ/);
  });

  test('without a role in the annotation, or without the ServiceAccount, says which [V2.2.4]', async () => {
    lab.serviceAccount('bare', { [ANNOTATION]: '' });
    const { code, error } = await refusedCall(lab.get(written(jwt('bare')), 'db'));
    expect([code, error.field]).toEqual(['CREDENTIALS_UNUSABLE', `${at}.auth.jwt.serviceAccountRef`]);
    expect(error.publicMessage).toBe('an IAM role must be associated with service account bare (namespace: team-a)');
    expect(error.nextStep).toContain(ANNOTATION);
    const gone = await refusedCall(lab.get(written(jwt('gone')), 'db'));
    expect([gone.code, gone.error.field, gone.error.publicMessage]).toEqual([
      'CREDENTIALS_UNUSABLE',
      `${at}.auth.jwt.serviceAccountRef`,
      'ServiceAccount team-a/gone does not exist',
    ]);
    expect(proxy.requests).toEqual([]);
  });

  test('uses a ServiceAccount of another namespace behind a ClusterSecretStore alone [V2.4.4]', async () => {
    lab.serviceAccount('app', { [ANNOTATION]: ROLE }, 'vault');
    const store = written(jwt('app', { namespace: 'vault' }));
    if (where === 'a ClusterSecretStore') {
      expect(await lab.get(store, 'db')).toBe("the role's");
      expect(tokens.requests.map(({ account }) => account)).toEqual(['vault/app']);
    } else {
      const { code, error } = await refusedCall(lab.get(store, 'db'));
      expect([code, error.field]).toEqual(['NAMESPACE_NOT_ALLOWED', `${at}.auth.jwt.serviceAccountRef`]);
      expect(tokens.requests).toEqual([]);
    }
  });

  test('that refers to nothing says what is missing', async () => {
    const { code, error } = await refusedCall(lab.get(written({ auth: { jwt: {} } }), 'db'));
    expect([code, error.field]).toEqual(['CONFIG_INVALID', `${at}.auth.jwt.serviceAccountRef`]);
  });
});

test('a ClusterSecretStore that leaves the namespace to who asks cannot be judged without one [V2.2.11]', async () => {
  lab.store('ClusterSecretStore', 'referent', jwt());
  const answer = await lab.provider.client.store.validate({ ...lab.request('referent'), sourceNamespace: '' });
  expect(answer.validationUnknown).toBe(true);
  expect(tokens.requests).toEqual([]);
});

test('who lost the session is told of the role, not of access keys that it does not have', async () => {
  lab.config('lost', jwt());
  proxy.script = ({ operation }) =>
    operation === 'GetSecretValue' ? { status: 400, body: '{"__type":"ExpiredTokenException"}' } : undefined;
  const { code, error } = await refusedCall(lab.get('lost', 'db'));
  expect([code, error.field]).toEqual(['CREDENTIALS_REJECTED', 'spec.auth.jwt.serviceAccountRef']);
  expect(error.publicMessage).toBe(
    `AWS Secrets Manager does not accept the session of role ${ROLE}, which ServiceAccount team-a/app is annotated with (ExpiredTokenException)`,
  );
  expect(exchanges()).toHaveLength(2);
});
