import { GetResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { awsError } from '@eso/testing';
import { keysIn, refusedCall, REGION } from './testing/aws-lab.ts';
import { PushLab } from './testing/push-lab.ts';
import type { TestPush } from './testing/pushes.ts';

let at: PushLab;
const push = (remoteKey: string, pushed: TestPush = {}, config = 'plain') => at.pushes.push(config, remoteKey, pushed);

beforeAll(async () => {
  at = await PushLab.start();
});

beforeEach(() => at.proxy.reset());

afterAll(() => at.stop());

describe('what stands beside the value', () => {
  test('tags are made what is wanted, the mark stays, and without a value to write [V3.3.12] [V3.6.1]', async () => {
    await push('tagged', { secretKey: 'k', spec: { tags: { a: '1', old: 'x' } } });
    at.proxy.reset();
    await push('tagged', { secretKey: 'k', spec: { tags: { a: '2' } } });
    expect(await at.tags('tagged')).toEqual({ a: '2', 'managed-by': 'external-secrets' });
    expect(at.sent('UntagResource')).toMatchObject([{ TagKeys: ['old'] }]);
    expect(at.proxy.of('PutSecretValue')).toEqual([]);
    at.proxy.reset();
    for (const spec of [{ tags: { a: '2' } }, undefined])
      await push('tagged', { secretKey: 'k', ...(spec && { spec }) });
    expect([at.proxy.of('TagResource'), at.proxy.of('UntagResource')]).toEqual([[], []]);
    expect(await at.tags('tagged')).toMatchObject({ a: '2' });
  });

  test('replicas are made what is wanted, with the key of the secret; without a list they stay [V3.3.14]', async () => {
    const regions = (...replicationLocations: string[]) => ({ secretKey: 'k', spec: { replicationLocations } });
    await push('replicated', {
      ...regions('us-east-1'),
      spec: { ...regions('us-east-1').spec, kmsKeyID: 'alias/own' },
    });
    at.proxy.reset();
    await push('replicated', regions('us-west-2'));
    expect(at.sent('RemoveRegionsFromReplication')).toMatchObject([{ RemoveReplicaRegions: ['us-east-1'] }]);
    expect(at.sent('ReplicateSecretToRegions')).toMatchObject([
      { AddReplicaRegions: [{ Region: 'us-west-2', KmsKeyId: 'alias/own' }] },
    ]);
    at.proxy.reset();
    await push('replicated', { secretKey: 'k' });
    await push('replicated', regions('us-west-2'));
    expect((await at.describe('replicated')).ReplicationStatus).toMatchObject([{ Region: 'us-west-2' }]);
    expect([at.proxy.of('RemoveRegionsFromReplication'), at.proxy.of('ReplicateSecretToRegions')]).toEqual([[], []]);
    await push('replicated', regions());
    expect((await at.describe('replicated')).ReplicationStatus).toBeUndefined();
  });

  test('a replica is not written, and where the secret is, is said', async () => {
    at.lab.config('elsewhere', { region: 'us-east-2' });
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
    const policy = (id: string) => at.lab.aws.send(new GetResourcePolicyCommand({ SecretId: id }));
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
      at.lab.provider.objects.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...metadata, name: 'policies' },
        data,
      });
      const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])); // prettier-ignore
      at.lab.provider.objects.apply({
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
        expect(at.operations).toEqual(['DescribeSecret', 'CreateSecret', 'PutResourcePolicy']);
        expect(at.sent('PutResourcePolicy')).toMatchObject([{ ResourcePolicy: text, BlockPublicPolicy: true }]);
        at.proxy.reset();
        await push(id, from(kind, 'policies', 'other'));
        expect(at.proxy.of('PutResourcePolicy')).toEqual([]);
        await push(id, from(kind, 'policies', 'none'));
        expect((await policy(id)).ResourcePolicy).toBeUndefined();
        await push(id, from(kind, 'policies'));
        expect((await policy(id)).ResourcePolicy).toBe(text);
        await push(id, { secretKey: 'k' });
        expect((await policy(id)).ResourcePolicy).toBeUndefined();
        expect(at.proxy.of('PutSecretValue')).toEqual([]);
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
      expect(at.proxy.requests).toEqual([]);
    });

    test('is of the namespace of whoever pushes, also through a store of the whole cluster', async () => {
      at.lab.store('ClusterSecretStore', 'cluster', { auth: keysIn('keys', 'team-a') });
      const pushed = from('ConfigMap', 'policies');
      await push('through-cluster', pushed, 'cluster');
      expect((await policy('through-cluster')).ResourcePolicy).toBe(text);
      const { code, error } = await refusedCall(at.pushes.push('cluster', 'through-cluster', pushed, 'team-b'));
      expect([code, error.publicMessage]).toEqual([
        'INVALID_REQUEST',
        'no resource policy: ConfigMap team-b/policies does not exist',
      ]);
    });

    test('that AWS refuses leaves all else as it was, and is not quoted', async () => {
      await push('refused', { secretKey: 'k', spec: { tags: { a: '1' } } });
      at.proxy.script = ({ operation }) =>
        operation === 'PutResourcePolicy' ? awsError(400, 'MalformedPolicyDocumentException', text) : undefined;
      const { spec } = from('ConfigMap', 'policies');
      const changed = { secretKey: 'k', data: { k: 'w' }, spec: { ...spec, tags: { a: '2' } } };
      const { code, error } = await refusedCall(push('refused', changed));
      expect([code, error.field]).toEqual(['INVALID_REQUEST', 'metadata.spec.resourcePolicy']);
      expect(error.nextStep).toContain('policy of IAM');
      expect(JSON.stringify([error.publicMessage, at.lab.log])).not.toContain('2012-10-17');
      expect([(await at.stored('refused')).binary, await at.tags('refused')]).toEqual([
        'v',
        { a: '1', 'managed-by': 'external-secrets' },
      ]);
    });
  });
});
