import { awsError } from '@eso/testing';
import { refusedCall } from './testing/aws-lab.ts';
import { MARK, PushLab } from './testing/push-lab.ts';
import type { TestPush } from './testing/pushes.ts';

let at: PushLab;

beforeAll(async () => {
  at = await PushLab.start();
});

beforeEach(() => at.proxy.reset());

afterAll(() => at.stop());

const key = { secretKey: 'k' };
const binary = { data: { k: Buffer.from([255]) } };
const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:nowhere-AbCdEf';
const spec = (of: object): TestPush => ({ ...key, spec: of });
const manyTags = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, 'v']));

test.each<[string, string, TestPush, string, string]>([
  ['a name with a space', 'a b', key, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a name too long', 'a'.repeat(513), key, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a key that the Secret lacks', 'bad', { secretKey: 'other' }, 'INVALID_REQUEST', 'match.secretKey'],
  ['an empty value', 'bad', { ...key, data: { k: '' } }, 'INVALID_REQUEST', 'match.secretKey'],
  ['bytes as a string', 'bad', { ...binary, ...spec({ secretPushFormat: 'string' }) }, 'INVALID_REQUEST', 'match.secretKey'], // prettier-ignore
  ['bytes in a property', 'bad', { ...binary, ...key, property: 'p' }, 'INVALID_REQUEST', 'match.secretKey'],
  ['bytes in a whole Secret', 'bad', binary, 'INVALID_REQUEST', 'match.secretKey'],
  ['a value too large', 'bad', { ...key, data: { k: 'x'.repeat(65_537) } }, 'LIMIT_EXCEEDED', 'match.secretKey'],
  ['a Secret too large', 'bad', { data: { k: 'x'.repeat(65_530) } }, 'LIMIT_EXCEEDED', 'match.secretKey'],
  ['metadata that are no envelope', 'bad', { ...key, metadata: '{}' }, 'INVALID_REQUEST', 'metadata.apiVersion'],
  ['an unknown field', 'bad', spec({ tag: {} }), 'INVALID_REQUEST', 'metadata.spec'],
  ['another format', 'bad', spec({ secretPushFormat: 'text' }), 'INVALID_REQUEST', 'metadata.spec.secretPushFormat'],
  ['the mark as a tag', 'bad', spec({ tags: { 'managed-by': 'me' } }), 'INVALID_REQUEST', 'metadata.spec.tags.managed-by'], // prettier-ignore
  ['a tag of AWS', 'bad', spec({ tags: { 'aws:x': '1' } }), 'INVALID_REQUEST', 'metadata.spec.tags.aws:x'],
  ['a tag that AWS refuses', 'bad', spec({ tags: { a: '<' } }), 'INVALID_REQUEST', 'metadata.spec.tags.a'],
  ['too many tags', 'bad', spec({ tags: manyTags }), 'INVALID_REQUEST', 'metadata.spec.tags'],
  ['a region that is none', 'bad', spec({ replicationLocations: ['eu'] }), 'INVALID_REQUEST', 'metadata.spec.replicationLocations[0]'], // prettier-ignore
  ['its own region', 'bad', spec({ replicationLocations: ['eu-central-1'] }), 'INVALID_REQUEST', 'metadata.spec.replicationLocations'], // prettier-ignore
  ['a policy without a source', 'bad', spec({ resourcePolicy: {} }), 'INVALID_REQUEST', 'metadata.spec.resourcePolicy.policySourceRef'], // prettier-ignore
  [
    'a policy of another kind',
    'bad',
    spec({ resourcePolicy: { policySourceRef: { kind: 'Pod', name: 'a', key: 'b' } } }),
    'INVALID_REQUEST',
    'metadata.spec.resourcePolicy.policySourceRef.kind',
  ],
])('a push with %s is refused before AWS is asked [V3.3.15]', async (_, remoteKey, pushed, code, field) => {
  const refused = await refusedCall(at.pushes.push('plain', remoteKey, pushed));
  expect([refused.code, refused.error.field]).toEqual([code, expect.stringContaining(field)]);
  expect(refused.error.nextStep).not.toBe('');
  expect(at.proxy.requests).toEqual([]);
});

test.each<[string, string, string, TestPush, string, string]>([
  ['an ARN behind a prefix', 'prefixed', ARN, key, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['an ARN of nothing', 'plain', ARN, key, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a property of what is no JSON', 'plain', 'text', { ...key, property: 'p' }, 'NOT_AN_OBJECT', 'match.remoteRef.property'], // prettier-ignore
  ['a property of a single value', 'plain', 'number', { ...key, property: 'p' }, 'NOT_AN_OBJECT', 'match.remoteRef.property'], // prettier-ignore
  ['a property that selects nothing', 'plain', 'json', { ...key, property: 'b*' }, 'INVALID_REQUEST', 'match.remoteRef.property'], // prettier-ignore
  ['more than fits beside what is there', 'plain', 'json', { ...key, property: 'p', data: { k: 'x'.repeat(65_500) } }, 'LIMIT_EXCEEDED', 'match.remoteRef.property'], // prettier-ignore
])(
  'a push of %s is refused before anything is written [V3.3.15]',
  async (_, config, remoteKey, pushed, code, field) => {
    for (const [name, text] of [
      ['text', 'plain text'],
      ['number', '7'],
      ['json', `{"a":"${'x'.repeat(60)}"}`],
    ] as const)
      await at.create(name, { SecretString: text, Tags: [MARK] }).catch(() => undefined);
    const tagged = { ...pushed, spec: { tags: { a: '1' } } };
    const refused = await refusedCall(at.pushes.push(config, remoteKey, tagged));
    expect([refused.code, refused.error.field]).toEqual([code, field]);
    const reads = ['DescribeSecret', 'GetSecretValue'];
    expect(at.operations.filter((operation) => !reads.includes(operation))).toEqual([]);
  },
);

test('a value that AWS quotes in its text is not passed on, and not logged', async () => {
  const value = 'never-to-be-seen';
  at.proxy.script = ({ operation }) =>
    operation === 'CreateSecret' ? awsError(400, 'InvalidParameterException', `Value '${value}' is bad`) : undefined;
  const { code, error } = await refusedCall(at.pushes.push('plain', 'quoted', { ...key, data: { k: value } }));
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toContain('cannot create secret quoted: AWS answered InvalidParameterException');
  expect(JSON.stringify([error.publicMessage, error.nextStep, at.lab.log])).not.toContain(value);
  expect(at.lab.log.join()).toContain('InvalidParameterException');
});

test('a KMS key that AWS cannot use is named', async () => {
  at.proxy.script = ({ operation }) =>
    operation === 'CreateSecret' ? awsError(400, 'EncryptionFailure', 'no') : undefined;
  const { code, error } = await refusedCall(at.pushes.push('plain', 'keyless', spec({ kmsKeyID: 'alias/none' })));
  expect([code, error.field]).toEqual(['INVALID_REQUEST', 'metadata.spec.kmsKeyID']);
  expect(error.nextStep).toContain('KMS key');
});
