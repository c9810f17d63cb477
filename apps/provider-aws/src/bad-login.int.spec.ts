/** What a wrong login gets, wherever it is written: code, field, a next step, and one line in the log with what AWS answered. */
import { awsError, AwsProxy } from '@eso/testing';
import type { AwsStoreConfig } from './config/aws.ts';
import { AwsLab, keysIn, refusedCall, validKeys } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::222222222222:role/app';
const SECRET = 'accessKeyIDSecretRef';
const REFS = ['accessKeyIDSecretRef', 'secretAccessKeySecretRef', 'sessionTokenSecretRef'] as const;
type Ref = (typeof REFS)[number];

let lab: AwsLab;
let proxy: AwsProxy;

const stsRefusal = (code: string, message: string) => ({
  status: 403,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`,
});

/** Valid keys, of which one reference is another. */
function keysBut(ref: Ref, changed: object | undefined): Partial<AwsStoreConfig> {
  const { secretRef } = keysIn('keys');
  const sessionTokenSecretRef = { name: 'keys', key: 'token' };
  const refs: Record<string, object> = {
    ...secretRef,
    ...(ref === 'sessionTokenSecretRef' && { sessionTokenSecretRef }),
  };
  const known = refs[ref];
  Reflect.deleteProperty(refs, ref);
  const secretRefs = { ...refs, ...(changed && { [ref]: { ...known, ...changed } }) };
  // A field that is undefined is not there, as in YAML.
  return JSON.parse(JSON.stringify({ auth: { secretRef: secretRefs } })) as Partial<AwsStoreConfig>;
}

beforeAll(async () => {
  lab = await AwsLab.start({
    iam: true,
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
  });
  const { accessKeyId } = validKeys(lab.moto);
  lab.keys('wrong-secret', { accessKeyId, secretAccessKey: 'hunter2marker' });
  lab.keys('unknown', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'hunter2marker' });
  lab.keys('broken', { accessKeyId: `${accessKeyId}\n`, secretAccessKey: 'hunter2marker\n' });
  lab.keys('empty', { accessKeyId: '', secretAccessKey: '' });
});

beforeEach(() => {
  proxy.reset();
  lab.log.length = 0;
});

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe.each(['a config object', 'a SecretStore', 'a ClusterSecretStore'])('%s', (where) => {
  const root = where === 'a config object' ? 'spec.' : 'spec.provider.aws.';
  let count = 0;
  const written = (config: Partial<AwsStoreConfig>): string => {
    const name = `${where.replaceAll(/[^a-z]/gi, '').toLowerCase()}-${++count}`;
    if (where === 'a config object') lab.config(name, config);
    else lab.store(where === 'a SecretStore' ? 'SecretStore' : 'ClusterSecretStore', name, config);
    return name;
  };

  /** Refused by AWS. */
  const asked: [string, Partial<AwsStoreConfig>, (() => void) | undefined, string, string, RegExp, RegExp][] = [
    [
      'keys whose secret is wrong',
      { auth: keysIn('wrong-secret') },
      undefined,
      'CREDENTIALS_REJECTED',
      'auth.secretRef',
      /^AWS Secrets Manager does not accept the access keys \(\w+\)$/,
      /^put valid access keys into the referenced Secret$/,
    ],
    [
      'keys that AWS does not know',
      { auth: keysIn('unknown') },
      undefined,
      'CREDENTIALS_REJECTED',
      'auth.secretRef',
      /^AWS Secrets Manager does not accept the access keys \(\w+\)$/,
      /^put valid access keys/,
    ],
    [
      'keys whose session has expired',
      {},
      () => (proxy.script = () => awsError(400, 'ExpiredTokenException', 'The security token is expired')),
      'CREDENTIALS_REJECTED',
      'auth.secretRef',
      /\(ExpiredTokenException\)$/,
      /session token that has not expired/,
    ],
    [
      'keys that may not do it',
      {},
      () => (proxy.script = () => awsError(400, 'AccessDeniedException', 'User: arn:aws:iam::1:user/app may not')),
      'ACCESS_DENIED',
      'remoteRef.key',
      /^may not read secret db: AWS answered AccessDeniedException: User: arn:aws:iam::1:user\/app may not$/,
      /IAM policies/,
    ],
    [
      'a role that may not be assumed',
      { role: ROLE },
      () => (proxy.script = () => stsRefusal('AccessDenied', 'User: arn:aws:iam::1:user/app may not')),
      'ACCESS_DENIED',
      'role',
      /^may not assume role arn:aws:iam::222222222222:role\/app: AWS answered AccessDenied: User/,
      /allow sts:AssumeRole on the role .* trust policy/,
    ],
    [
      'an earlier role that may not be assumed',
      { role: ROLE, additionalRoles: [ROLE] },
      () => (proxy.script = () => stsRefusal('AccessDenied', 'no')),
      'ACCESS_DENIED',
      'additionalRoles[0]',
      /^may not assume role/,
      /trust policy/,
    ],
    [
      'keys that STS does not take for a role',
      { role: ROLE },
      () => (proxy.script = () => stsRefusal('InvalidClientTokenId', 'The security token included is invalid')),
      'CREDENTIALS_REJECTED',
      'auth.secretRef',
      /^AWS STS does not accept the access keys \(InvalidClientTokenId\)$/,
      /^put valid access keys/,
    ],
    [
      'a role that is no ARN',
      { role: 'app' },
      () => (proxy.script = () => stsRefusal('ValidationError', 'app is invalid')),
      'CONFIG_INVALID',
      'role',
      /^cannot assume role app: AWS answered ValidationError: app is invalid$/,
      /./,
    ],
    [
      'session tags that are too much for AWS',
      { role: ROLE, sessionTags: [{ key: 'team', value: 'a' }] },
      () => (proxy.script = () => stsRefusal('PackedPolicyTooLarge', 'Packed size of session tags consumes 101%')),
      'CONFIG_INVALID',
      'role',
      /Packed size of session tags/,
      /./,
    ],
    [
      'a region in which STS is switched off',
      { role: ROLE },
      () => (proxy.script = () => stsRefusal('RegionDisabledException', 'STS is not activated in this region')),
      'ACCESS_DENIED',
      'role',
      /STS is not activated in this region/,
      new RegExp(`enable the region in the AWS account, or correct ${root.replaceAll('.', '\\.')}region`),
    ],
  ];
  test.each(asked)('with %s says so, with what AWS answered in one line of the log [V2.2.9]', async (...row) => {
    const [, config, arrange, code, path, words, step] = row;
    arrange?.();
    const { code: answered, error } = await refusedCall(lab.get(written(config), 'db'));
    expect([answered, error.field]).toEqual([code, path.startsWith('remoteRef') ? path : root + path]);
    expect(error.publicMessage).toMatch(words);
    expect(error.nextStep).toMatch(step);
    const lines = lab.log.filter((line) => line.includes('request-1'));
    expect(lines).toHaveLength(1);
    expect(`${lab.log.join('')}${error.publicMessage}`).not.toMatch(/hunter2marker|AKIAIOSFODNN7EXAMPLE/);
  });

  /** Refused before AWS is asked. */
  const unasked: [string, Partial<AwsStoreConfig>, string, string, string][] = [
    ...REFS.flatMap((ref): typeof unasked => [
      [
        `${ref} to a Secret that is absent`,
        keysBut(ref, { name: 'gone' }),
        'CREDENTIALS_UNUSABLE',
        ref,
        'team-a/gone does not exist',
      ],
      [`${ref} to a key that is absent`, keysBut(ref, { key: 'gone' }), 'CREDENTIALS_UNUSABLE', ref, 'gone'],
      [`${ref} without a name`, keysBut(ref, { name: undefined }), 'CREDENTIALS_UNUSABLE', ref, 'lacks name'],
      [`${ref} without a key`, keysBut(ref, { key: undefined }), 'CREDENTIALS_UNUSABLE', ref, 'lacks key'],
    ]),
    ['no accessKeyIDSecretRef', keysBut(SECRET, undefined), 'CONFIG_INVALID', SECRET, 'lacks accessKeyIDSecretRef'],
    [
      'no secretAccessKeySecretRef',
      keysBut('secretAccessKeySecretRef', undefined),
      'CONFIG_INVALID',
      'secretAccessKeySecretRef',
      'lacks secretAccessKeySecretRef',
    ],
    [
      'keys with a line break',
      { auth: keysIn('broken') },
      'CREDENTIALS_UNUSABLE',
      'secretAccessKeySecretRef',
      'line break',
    ],
    ['keys that are empty', { auth: keysIn('empty') }, 'CREDENTIALS_UNUSABLE', 'secretAccessKeySecretRef', 'is empty'],
  ];
  test.each(unasked)('with %s says so, by Validate too, without a word to AWS [V2.2.3]', async (...row) => {
    const [, config, code, ref, words] = row;
    const store = written(config);
    for (const call of [lab.get(store, 'db'), lab.provider.client.store.validate(lab.request(store))]) {
      const { code: answered, error } = await refusedCall(call);
      expect([answered, error.field]).toEqual([code, `${root}auth.secretRef.${ref}`]);
      expect(error.publicMessage).toContain(words);
      expect(error.nextStep).not.toBe('');
    }
    expect(proxy.requests).toEqual([]);
  });

  test.each(REFS)('uses a %s of another namespace behind a ClusterSecretStore alone [V2.4.4]', async (ref) => {
    const store = written(keysBut(ref, { name: 'gone', namespace: 'team-b' }));
    const { code, error } = await refusedCall(lab.get(store, 'db'));
    expect(error.field).toBe(`${root}auth.secretRef.${ref}`);
    expect([code, error.publicMessage]).toEqual(
      where === 'a ClusterSecretStore'
        ? ['CREDENTIALS_UNUSABLE', 'Secret team-b/gone does not exist']
        : ['NAMESPACE_NOT_ALLOWED', expect.stringContaining('may not use credentials of namespace team-b')],
    );
    expect(proxy.requests).toEqual([]);
  });
});

test.each<[string, object, string]>([
  ['auth', { auth: 'keys' }, 'auth'],
  ['a reference', { auth: { secretRef: { accessKeyIDSecretRef: 'keys' } } }, 'auth.secretRef.accessKeyIDSecretRef'],
  [
    'audiences',
    { auth: { jwt: { serviceAccountRef: { name: 'app', audiences: 'a' } } } },
    'auth.jwt.serviceAccountRef.audiences',
  ],
  ['a role', { role: ['arn'] }, 'role'],
  ['session tags', { sessionTags: { team: 'a' } }, 'sessionTags'],
  ['a service that is none', { service: 'S3' }, 'service'],
  ['a policy that is none', { sessionTagsPolicy: 'All' }, 'sessionTagsPolicy'],
  ['a custom tag', { customSessionTags: { team: 7 } }, 'customSessionTags.team'],
])('of a wrong type in a store: %s is named [V2.1.3] [V2.4.1]', async (what, config, path) => {
  const name = what.replaceAll(' ', '-');
  lab.store('SecretStore', name, config);
  const { code, error } = await refusedCall(lab.get(name, 'db'));
  expect([code, error.field]).toEqual(['CONFIG_INVALID', `spec.provider.aws.${path}`]);
  expect(proxy.requests).toEqual([]);
});
