import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, keysIn, refusedCall, REGION } from './testing/aws-lab.ts';
import { Pushes, type TestPush } from './testing/pushes.ts';

let lab: AwsLab;
let proxy: AwsProxy;
let pushes: Pushes;
const push = (remoteKey: string, pushed: TestPush = {}, config = 'plain') => pushes.push(config, remoteKey, pushed);

const MARK = { Key: 'managed-by', Value: 'external-secrets' };
const FIRST = '00000000-0000-0000-0000-000000000001';

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: url };
    },
  });
  pushes = new Pushes(lab);
  lab.config('plain');
  lab.config('prefixed', { prefix: 'app/' });
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

async function stored(id: string, version?: string) {
  const command = new GetSecretValueCommand({ SecretId: id, ...(version ? { VersionStage: version } : {}) });
  const { SecretString, SecretBinary, VersionId } = await lab.aws.send(command);
  return { text: SecretString, binary: SecretBinary && Buffer.from(SecretBinary).toString(), version: VersionId };
}
const described = (id: string) => lab.aws.send(new DescribeSecretCommand({ SecretId: id }));
async function tags(id: string) {
  return Object.fromEntries(((await described(id)).Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value]));
}
const operations = () => proxy.requests.map(({ operation }) => operation);
const sent = (operation: string) => proxy.of(operation).map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('a new secret', () => {
  test('is binary, has the mark, the defaults and the fixed token of a first version [V3.3.1] [V3.3.2] [V3.7.1]', async () => {
    await push('new', { secretKey: 'k' }, 'prefixed');
    expect(operations()).toEqual(['DescribeSecret', 'CreateSecret']);
    expect(sent('CreateSecret')).toEqual([
      {
        Name: 'app/new',
        SecretBinary: Buffer.from('v').toString('base64'),
        Tags: [MARK],
        Description: "secret 'managed-by:external-secrets'",
        KmsKeyId: 'alias/aws/secretsmanager',
        ClientRequestToken: FIRST,
      },
    ]);
    expect(await stored('app/new')).toEqual({ text: undefined, binary: 'v', version: FIRST });
  });

  test('has what the metadata say, with names of fields in any case [V3.3.1]', async () => {
    const spec = { tags: { team: 'a b' }, description: 'mine', secretPushFormat: 'string', kmsKeyId: 'alias/own' };
    await push('described', { secretKey: 'k', spec: { ...spec, replicationLocations: ['us-east-1', 'us-east-1'] } });
    expect(sent('CreateSecret')).toEqual([
      {
        Name: 'described',
        SecretString: 'v',
        Tags: [{ Key: 'team', Value: 'a b' }, MARK],
        Description: 'mine',
        KmsKeyId: 'alias/own',
        ClientRequestToken: FIRST,
        AddReplicaRegions: [{ Region: 'us-east-1', KmsKeyId: 'alias/own' }],
      },
    ]);
  });

  test('is a JSON object of the whole Secret, or of one property [V3.3.3] [V3.3.4]', async () => {
    await push('whole', { data: { b: '<1>', a: 'ä' } });
    expect((await stored('whole')).binary).toBe('{"a":"ä","b":"<1>"}');
    await push('property', { secretKey: 'k', property: 'db.password' });
    expect((await stored('property')).binary).toBe('{"db":{"password":"v"}}');
  });

  test('that somebody else creates meanwhile with another value is a conflict, after which the call ends right [V3.3.9]', async () => {
    proxy.script = async ({ operation }) => {
      if (operation === 'CreateSecret')
        await lab.aws.send(
          new CreateSecretCommand({ Name: 'raced', SecretString: 'x', Tags: [MARK], ClientRequestToken: FIRST }),
        );
      return undefined;
    };
    const { code, error } = await refusedCall(push('raced', { secretKey: 'k' }));
    expect([code, error.retryable, error.field]).toEqual(['CONFLICT', true, 'match.remoteRef.remoteKey']);
    proxy.reset();
    await push('raced', { secretKey: 'k' });
    expect((await stored('raced')).binary).toBe('v');
  });
});

describe('a secret that exists', () => {
  test('without a value gets its first one without a look at what is not there [V3.3.6]', async () => {
    await lab.aws.send(new CreateSecretCommand({ Name: 'terraform', Tags: [MARK] }));
    await push('terraform', { secretKey: 'k' });
    expect(operations()).toEqual(['DescribeSecret', 'DeleteResourcePolicy', 'PutSecretValue']);
    expect(sent('PutSecretValue')).toMatchObject([{ ClientRequestToken: FIRST }]);
    expect((await stored('terraform')).binary).toBe('v');
  });

  test('with the same value, as text or as bytes, gets no new version [V3.3.8] [V3.7.3]', async () => {
    for (const [id, value] of [
      ['same-text', { SecretString: 'v' }],
      ['same-bytes', { SecretBinary: Buffer.from('v') }],
    ] as const) {
      await lab.aws.send(new CreateSecretCommand({ Name: id, Tags: [MARK], ...value }));
      for (const secretPushFormat of ['string', 'binary'])
        await push(id, { secretKey: 'k', spec: { secretPushFormat, kmsKeyID: 'alias/other', description: 'other' } });
      expect(proxy.of('PutSecretValue')).toEqual([]);
    }
  });

  test('with another value gets a version with a token of its own, in the format that is asked for [V3.3.10]', async () => {
    await push('changed', { secretKey: 'k' });
    await push('changed', { secretKey: 'k', data: { k: 'w' }, spec: { secretPushFormat: 'string' } });
    expect(await stored('changed')).toMatchObject({ text: 'w', binary: undefined });
    expect((await stored('changed', 'AWSPREVIOUS')).binary).toBe('v');
    const [{ ClientRequestToken: token } = {}] = sent('PutSecretValue');
    expect(token).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(token).not.toBe(FIRST);
  });

  test.each([
    ['text', { SecretString: '{ "id": 12345678901234567890, "n":1.0,\n "k" : "old" }' }],
    ['bytes', { SecretBinary: Buffer.from('{ "id": 12345678901234567890, "n":1.0,\n "k" : "old" }') }],
  ])('of JSON in %s keeps the text of all but the property [V3.3.7] [V3.7.2]', async (kind, value) => {
    const id = `json-${kind}`;
    await lab.aws.send(new CreateSecretCommand({ Name: id, Tags: [MARK], ...value }));
    await push(id, { secretKey: 'k', property: 'k' });
    expect((await stored(id)).binary).toBe('{ "id": 12345678901234567890, "n":1.0,\n "k" : "v" }');
    proxy.reset();
    await push(id, { secretKey: 'k', property: 'k' });
    expect(proxy.of('PutSecretValue')).toEqual([]);
  });

  test('a dot in a property is a step of a path, and escaped a part of a key [V3.7.4]', async () => {
    await push('dots', { secretKey: 'k', property: 'a.b' });
    await push('dots', { secretKey: 'k', property: 'a\\.b', data: { k: 'w' } });
    expect((await stored('dots')).binary).toBe('{"a":{"b":"v"},"a.b":"w"}');
    expect(await lab.get('plain', 'dots', { property: 'a.b' })).toBe('w');
  });

  test('of somebody else is not touched [V3.3.5]', async () => {
    await lab.aws.send(new CreateSecretCommand({ Name: 'foreign', SecretString: 'theirs' }));
    const spec = { tags: { a: '1' }, replicationLocations: ['us-east-1'] };
    const { code, error } = await refusedCall(push('foreign', { secretKey: 'k', spec }));
    expect([code, error.field]).toEqual(['ALREADY_EXISTS', 'match.remoteRef.remoteKey']);
    expect(error.publicMessage).toMatch(/^secret not managed by external-secrets: foreign /);
    expect(operations()).toEqual(['DescribeSecret']);
  });

  test('and is scheduled for deletion is said to be so, also where another call learns of it [V3.3.11]', async () => {
    await push('leaving', { secretKey: 'k' });
    await lab.aws.send(new DeleteSecretCommand({ SecretId: 'leaving' }));
    const text = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    for (const script of [
      () => undefined,
      ({ operation }: { readonly operation: string }) =>
        operation === 'DescribeSecret'
          ? awsError(400, 'ResourceNotFoundException')
          : awsError(400, 'InvalidRequestException', text),
    ]) {
      proxy.script = script;
      const { code, error } = await refusedCall(push('leaving', { secretKey: 'k' }));
      expect([code, error.field]).toEqual(['ALREADY_EXISTS', 'match.remoteRef.remoteKey']);
      expect(error.publicMessage).toContain('scheduled for deletion');
      expect(error.nextStep).toContain('restore the secret');
    }
    expect(await pushes.exists('plain', 'leaving')).toBe(false);
  });

  test('two properties at the same time both arrive [V3.3.9]', async () => {
    await push('both', { secretKey: 'k', property: 'start' });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((property) => push('both', { secretKey: 'k', property })));
    const found = JSON.parse((await stored('both')).binary ?? '') as Record<string, string>;
    expect(Object.keys(found).sort()).toEqual([...names, 'start']);
  });
});

describe('what stands beside the value', () => {
  test('tags are made what is wanted, the mark stays, and without a value to write [V3.3.12] [V3.6.1]', async () => {
    await push('tagged', { secretKey: 'k', spec: { tags: { a: '1', old: 'x' } } });
    proxy.reset();
    await push('tagged', { secretKey: 'k', spec: { tags: { a: '2' } } });
    expect(await tags('tagged')).toEqual({ a: '2', 'managed-by': 'external-secrets' });
    expect(sent('UntagResource')).toMatchObject([{ TagKeys: ['old'] }]);
    expect(proxy.of('PutSecretValue')).toEqual([]);
    proxy.reset();
    for (const spec of [{ tags: { a: '2' } }, undefined])
      await push('tagged', { secretKey: 'k', ...(spec && { spec }) });
    expect([proxy.of('TagResource'), proxy.of('UntagResource')]).toEqual([[], []]);
    expect(await tags('tagged')).toMatchObject({ a: '2' });
  });

  test('replicas are made what is wanted, with the key of the secret; without a list they stay [V3.3.14]', async () => {
    const regions = (...replicationLocations: string[]) => ({ secretKey: 'k', spec: { replicationLocations } });
    await push('replicated', {
      ...regions('us-east-1'),
      spec: { ...regions('us-east-1').spec, kmsKeyID: 'alias/own' },
    });
    proxy.reset();
    await push('replicated', regions('us-west-2'));
    expect(sent('RemoveRegionsFromReplication')).toMatchObject([{ RemoveReplicaRegions: ['us-east-1'] }]);
    expect(sent('ReplicateSecretToRegions')).toMatchObject([
      { AddReplicaRegions: [{ Region: 'us-west-2', KmsKeyId: 'alias/own' }] },
    ]);
    proxy.reset();
    await push('replicated', { secretKey: 'k' });
    await push('replicated', regions('us-west-2'));
    expect((await described('replicated')).ReplicationStatus).toMatchObject([{ Region: 'us-west-2' }]);
    expect([proxy.of('RemoveRegionsFromReplication'), proxy.of('ReplicateSecretToRegions')]).toEqual([[], []]);
    await push('replicated', regions());
    expect((await described('replicated')).ReplicationStatus).toBeUndefined();
  });

  test('a replica is not written, and where the secret is, is said', async () => {
    lab.config('elsewhere', { region: 'us-east-2' });
    await push('copied', { secretKey: 'k', spec: { replicationLocations: ['us-east-2'] } });
    const { code, error } = await refusedCall(push('copied', { secretKey: 'k' }, 'elsewhere'));
    expect([code, error.publicMessage]).toEqual([
      'INVALID_REQUEST',
      `secret copied is a replica of the one in region ${REGION}`,
    ]);
    expect(error.nextStep).toContain(`spec.region ${REGION}`);
  });

  describe('a resource policy', () => {
    const text = '{ "Version": "2012-10-17", "Statement": [] }';
    const policy = (id: string) => lab.aws.send(new GetResourcePolicyCommand({ SecretId: id }));
    const from = (kind: string, name: string, key = 'policy.json', more = {}) => ({
      secretKey: 'k',
      spec: { resourcePolicy: { ...more, policySourceRef: { kind, name, key } } },
    });

    beforeAll(() => {
      const metadata = { namespace: 'team-a' };
      const data = {
        'policy.json': text,
        other: '{"Statement":[],"Version":"2012-10-17"}',
        none: ' ',
        bad: '[',
        list: '[]',
      };
      lab.provider.objects.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...metadata, name: 'policies' },
        data,
      });
      const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])); // prettier-ignore
      lab.provider.objects.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { ...metadata, name: 'policies' },
        data: encoded,
      });
    });

    test.each(['ConfigMap', 'Secret'])(
      'comes from a %s, and is written where it differs as JSON [V3.3.13]',
      async (kind) => {
        const id = `policy-${kind}`;
        await push(id, from(kind, 'policies', 'policy.json', { blockPublicPolicy: true }));
        expect(operations()).toEqual(['DescribeSecret', 'CreateSecret', 'PutResourcePolicy']);
        expect(sent('PutResourcePolicy')).toMatchObject([{ ResourcePolicy: text, BlockPublicPolicy: true }]);
        proxy.reset();
        await push(id, from(kind, 'policies', 'other'));
        expect(proxy.of('PutResourcePolicy')).toEqual([]);
        await push(id, from(kind, 'policies', 'none'));
        expect((await policy(id)).ResourcePolicy).toBeUndefined();
        await push(id, from(kind, 'policies'));
        expect((await policy(id)).ResourcePolicy).toBe(text);
        await push(id, { secretKey: 'k' });
        expect((await policy(id)).ResourcePolicy).toBeUndefined();
        expect(proxy.of('PutSecretValue')).toEqual([]);
      },
    );

    test.each<[string, TestPush, string]>([
      ['an object that is not there', from('ConfigMap', 'nowhere'), 'ConfigMap team-a/nowhere does not exist'],
      ['a key that is not there', from('Secret', 'policies', 'nowhere'), 'nowhere'],
      ['no JSON', from('ConfigMap', 'policies', 'bad'), 'is no JSON object'],
      ['no object', from('Secret', 'policies', 'list'), 'is no JSON object'],
    ])('from %s is refused before AWS is asked [V3.3.15]', async (_, pushed, words) => {
      const { code, error } = await refusedCall(push('never', pushed));
      expect([code, error.field]).toEqual(['INVALID_REQUEST', 'metadata.spec.resourcePolicy.policySourceRef']);
      expect(error.publicMessage).toContain(words);
      expect(proxy.requests).toEqual([]);
    });

    test('is of the namespace of whoever pushes, also through a store of the whole cluster', async () => {
      lab.store('ClusterSecretStore', 'cluster', { auth: keysIn('keys', 'team-a') });
      const pushed = from('ConfigMap', 'policies');
      await push('through-cluster', pushed, 'cluster');
      expect((await policy('through-cluster')).ResourcePolicy).toBe(text);
      const { code, error } = await refusedCall(pushes.push('cluster', 'through-cluster', pushed, 'team-b'));
      expect([code, error.publicMessage]).toEqual([
        'INVALID_REQUEST',
        'no resource policy: ConfigMap team-b/policies does not exist',
      ]);
    });

    test('that AWS refuses leaves all else as it was, and is not quoted', async () => {
      await push('refused', { secretKey: 'k', spec: { tags: { a: '1' } } });
      proxy.script = ({ operation }) =>
        operation === 'PutResourcePolicy' ? awsError(400, 'MalformedPolicyDocumentException', text) : undefined;
      const { spec } = from('ConfigMap', 'policies');
      const changed = { secretKey: 'k', data: { k: 'w' }, spec: { ...spec, tags: { a: '2' } } };
      const { code, error } = await refusedCall(push('refused', changed));
      expect([code, error.field]).toEqual(['INVALID_REQUEST', 'metadata.spec.resourcePolicy']);
      expect(error.nextStep).toContain('policy of IAM');
      expect(JSON.stringify([error.publicMessage, lab.log])).not.toContain('2012-10-17');
      expect([(await stored('refused')).binary, await tags('refused')]).toEqual([
        'v',
        { a: '1', 'managed-by': 'external-secrets' },
      ]);
    });
  });
});
