/** Generators of AWS over the wire. The emulator has no public registries: what AWS documents of them is answered on the way. */
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, keysIn, refusedCall, REGION, validKeys } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::222222222222:role/app';
const ANNOTATION = 'eks.amazonaws.com/role-arn';
const MARKER = 'hunter2marker';

let lab: AwsLab;
let proxy: AwsProxy;

const plain = { region: REGION, auth: keysIn('keys') };
const asJson = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
const token = (text: string): string => Buffer.from(text).toString('base64');

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { sts: proxy.url, ecr: proxy.url, ecrPublic: proxy.url };
    },
  });
  lab.serviceAccount('app', { [ANNOTATION]: ROLE });
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe('ECRAuthorizationToken', () => {
  let count = 0;
  const made = (spec: object = {}): string => {
    const name = `ecr-${++count}`;
    lab.generator('ECRAuthorizationToken', name, { ...plain, ...spec });
    return name;
  };
  const generate = (spec: object = {}) => lab.generate('ECRAuthorizationToken', made(spec));

  test.each([{}, { scope: 'private' }, { scope: '' }])(
    'gives user, password, end and registry of the account: %j [V12.2.1]',
    async (spec) => {
      expect(await generate(spec)).toEqual({
        username: 'AWS',
        password: '123456789012-auth-token',
        proxy_endpoint: `https://123456789012.dkr.ecr.${REGION}.amazonaws.com`,
        expires_at: expect.stringMatching(/^\d{10}$/) as string,
      });
      expect(proxy.requests.map(({ operation, region }) => [operation, region])).toEqual([
        ['GetAuthorizationToken', REGION],
      ]);
    },
  );

  test('of public registries comes from us-east-1, wherever its region is [V12.2.2] [V13.2.7]', async () => {
    const expiresAt = 1_800_000_000.25;
    proxy.script = () => asJson({ authorizationData: { authorizationToken: token('AWS:secret'), expiresAt } });
    expect(await generate({ scope: 'public' })).toEqual({
      username: 'AWS',
      password: 'secret',
      expires_at: '1800000000',
    });
    expect(proxy.requests.map(({ operation, region }) => [operation, region])).toEqual([
      ['GetAuthorizationToken', 'us-east-1'],
    ]);
  });

  test('assumes its role first [V12.2.3]', async () => {
    expect(await generate({ role: ROLE })).toMatchObject({ password: '222222222222-auth-token' });
    expect(proxy.requests.map(({ operation }) => operation)).toEqual(['AssumeRole', 'GetAuthorizationToken']);
  });

  test('logs in by a token of a ServiceAccount, and by access keys where it names both [V12.2.4]', async () => {
    const { jwt } = { jwt: { serviceAccountRef: { name: 'app' } } };
    expect(await generate({ auth: { jwt } })).toMatchObject({ password: '222222222222-auth-token' });
    expect(proxy.of('AssumeRoleWithWebIdentity')).toHaveLength(1);
    proxy.reset();
    expect(await generate({ auth: { ...keysIn('keys'), jwt } })).toMatchObject({ password: '123456789012-auth-token' });
    expect(proxy.requests.map(({ accessKeyId }) => accessKeyId)).toEqual([validKeys(lab.moto).accessKeyId]);
  });

  test('is made anew for each who asks, with one login', async () => {
    const name = made({ role: ROLE });
    await lab.generate('ECRAuthorizationToken', name);
    await lab.generate('ECRAuthorizationToken', name);
    expect(proxy.of('AssumeRole')).toHaveLength(1);
    expect(proxy.of('GetAuthorizationToken')).toHaveLength(2);
  });

  test('in a ClusterGenerator uses the keys of who asks [V12.2.5]', async () => {
    lab.provider.objects.apply({
      apiVersion: 'generators.external-secrets.io/v1alpha1',
      kind: 'ClusterGenerator',
      metadata: { name: 'shared' },
      spec: { kind: 'ECRAuthorizationToken', generator: { ecrAuthorizationTokenSpec: plain } },
    });
    lab.keys('keys', { accessKeyId: 'AKIAOFTEAMB000000000', secretAccessKey: 'x' }, 'team-b');
    await lab.generate('ClusterGenerator', 'shared', 'team-b');
    expect(proxy.requests.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIAOFTEAMB000000000']);
  });

  const good = { authorizationToken: token('AWS:x'), expiresAt: 1_800_000_000, proxyEndpoint: 'https://x' };
  test.each<[string, unknown, string]>([
    ['no token', [], '0 authorization tokens instead of one'],
    ['two tokens', [good, good], '2 authorization tokens instead of one'],
    [
      'a token of three parts',
      [{ ...good, authorizationToken: token(`AWS:${MARKER}:y`) }],
      'no user name and password',
    ],
    ['a token of one part', [{ ...good, authorizationToken: token(MARKER) }], 'no user name and password'],
    ['a token without an end', [{ ...good, expiresAt: undefined }], 'a token without an end'],
    ['no registry', [{ ...good, proxyEndpoint: undefined }], 'without the address of its registry'],
  ])('of an ECR that answers %s fails, and says no part of it [V12.2.6]', async (_what, authorizationData, words) => {
    proxy.script = () => asJson({ authorizationData });
    const { code, error } = await refusedCall(generate());
    expect(code).toBe('BACKEND_UNAVAILABLE');
    expect(error.publicMessage).toContain(words);
    expect(`${error.publicMessage}${lab.log.join('\n')}`).not.toContain(MARKER);
  });

  test.each<[string, object, string, string]>([
    ['another scope', { scope: 'Public' }, 'CONFIG_INVALID', 'spec.scope'],
    ['no region', { region: 'x.example.org/' }, 'CONFIG_INVALID', 'spec.region'],
    ['no login', { auth: undefined }, 'CONFIG_INVALID', 'spec.auth'],
    [
      'half of its keys',
      { auth: { secretRef: { accessKeyIDSecretRef: { name: 'keys', key: 'id' } } } },
      'CONFIG_INVALID',
      'spec.auth.secretRef.secretAccessKeySecretRef',
    ],
    [
      'keys of another namespace',
      { auth: keysIn('keys', 'team-b') },
      'NAMESPACE_NOT_ALLOWED',
      'spec.auth.secretRef.secretAccessKeySecretRef',
    ],
    [
      'a ServiceAccount of another namespace',
      { auth: { jwt: { serviceAccountRef: { name: 'app', namespace: 'team-b' } } } },
      'NAMESPACE_NOT_ALLOWED',
      'spec.auth.jwt.serviceAccountRef',
    ],
  ])('with %s is refused, without a word to AWS [V12.2.10]', async (_what, spec, code, field) => {
    const { code: answered, error } = await refusedCall(generate(spec));
    expect([answered, error.field]).toEqual([code, field]);
    expect(error.nextStep).not.toBe('');
    expect(proxy.requests).toEqual([]);
  });

  test.each([
    ['private', 'allow ecr:GetAuthorizationToken in'],
    ['public', 'allow ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken in'],
  ])('that is denied names the right: %s', async (scope, step) => {
    proxy.script = () => awsError(400, 'AccessDeniedException', 'User: arn:aws:iam::1:user/app is not authorized');
    const { code, error } = await refusedCall(generate({ scope }));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'spec.auth']);
    expect(error.publicMessage).toMatch(
      /^may not get an authorization token: AWS answered AccessDeniedException: User/,
    );
    expect(error.nextStep).toContain(step);
  });
});

describe('STSSessionToken', () => {
  let count = 0;
  const generate = (spec: object = {}) => {
    const name = `sts-${++count}`;
    lab.generator('STSSessionToken', name, { ...plain, ...spec });
    return lab.generate('STSSessionToken', name);
  };
  const form = () => Object.fromEntries(new URLSearchParams(proxy.of('GetSessionToken')[0]?.body));

  test('gives temporary keys and their end, from the endpoint that the provider was given [V12.2.7] [V2.3.2]', async () => {
    expect(await generate()).toEqual({
      access_key_id: expect.stringMatching(/^\w{16,}$/) as string,
      secret_access_key: expect.stringMatching(/./) as string,
      session_token: expect.stringMatching(/./) as string,
      expiration: expect.stringMatching(/^\d{10}$/) as string,
    });
    expect(form()).not.toHaveProperty('DurationSeconds');
  });

  test('asks for life, device and code [V12.2.8]', async () => {
    await generate({ requestParameters: { sessionDuration: 900, serialNumber: 'GAHT12345678', tokenCode: '123456' } });
    expect(form()).toMatchObject({ DurationSeconds: '900', SerialNumber: 'GAHT12345678', TokenCode: '123456' });
  });

  test('is not given for a web identity [V12.2.9]', async () => {
    const { code, error } = await refusedCall(generate({ auth: { jwt: { serviceAccountRef: { name: 'app' } } } }));
    expect([code, error.field, error.publicMessage]).toEqual([
      'CONFIG_INVALID',
      'spec.auth.jwt',
      'jwt auth cannot be used for STS Session Token generation',
    ]);
    expect(proxy.requests).toEqual([]);
  });

  test.each([
    [{}, 'spec.auth'],
    [{ requestParameters: { tokenCode: '000000' } }, 'spec.requestParameters'],
  ])('that is denied says what AWS wants: %j', async (spec, field) => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Cannot call GetSessionToken with session credentials</Message></Error></ErrorResponse>';
    proxy.script = () => ({ status: 403, body });
    const { code, error } = await refusedCall(generate(spec));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', field]);
    expect(error.publicMessage).toContain('Cannot call GetSessionToken with session credentials');
    expect(error.nextStep).toContain('long-lived access keys of an IAM user');
  });
});
