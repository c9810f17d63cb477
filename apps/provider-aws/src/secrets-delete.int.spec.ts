import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { awsError } from '@eso/testing';
import { refusedCall } from './testing/aws-lab.ts';
import { MARK, PushLab } from './testing/push-lab.ts';

let at: PushLab;

beforeAll(async () => {
  at = await PushLab.start();
  at.lab.config('week', { secretsManager: { recoveryWindowInDays: 7 } });
  at.lab.config('at-once', { secretsManager: { forceDeleteWithoutRecovery: true } });
});

beforeEach(() => at.proxy.reset());

afterAll(() => at.stop());

const deletions = () => at.sent('DeleteSecret');
const goes = async (id: string) => (await at.describe(id)).DeletedDate !== undefined;

describe('a deletion', () => {
  test.each<[string, Record<string, unknown>]>([
    ['plain', {}],
    ['week', { RecoveryWindowInDays: 7 }],
    ['at-once', { ForceDeleteWithoutRecovery: true }],
  ])('through %s goes as its config says, by the ARN [V3.4.1] [V3.4.5]', async (config, how) => {
    const { ARN } = await at.create(`gone-${config}`);
    await at.pushes.delete(config, `gone-${config}`, 'property');
    expect(deletions()).toEqual([{ SecretId: ARN, ...how }]);
    const { SecretList = [] } = await at.lab.aws.send(new ListSecretsCommand({}));
    expect(SecretList.map(({ Name }) => Name)).not.toContain(`gone-${config}`);
  });

  test('of what is absent, on its way out, or no name is done [V3.4.2]', async () => {
    await at.create('app/twice');
    for (const key of ['nowhere', 'twice', 'twice', 'no name']) await at.pushes.delete('prefixed', key);
    expect(deletions()).toHaveLength(1);
  });

  test('of what has no mark does nothing [V3.4.3]', async () => {
    await at.create('theirs', { SecretString: 'v' });
    await at.pushes.delete('plain', 'theirs');
    expect([at.operations, await goes('theirs')]).toEqual([['DescribeSecret'], false]);
  });

  test('takes the replicas away first [V3.4.4]', async () => {
    await at.create('wide', { SecretString: 'v', Tags: [MARK], AddReplicaRegions: [{ Region: 'us-east-1' }] });
    await at.pushes.delete('plain', 'wide');
    expect(at.operations).toEqual(['DescribeSecret', 'RemoveRegionsFromReplication', 'DeleteSecret']);
    expect(await goes('wide')).toBe(true);
  });

  test('of a secret without a value works as well [V3.4.2]', async () => {
    await at.create('empty', { Tags: [MARK] });
    await at.pushes.delete('plain', 'empty');
    expect(await goes('empty')).toBe(true);
  });

  test('that AWS does not allow is a failure', async () => {
    await at.create('kept');
    at.proxy.script = ({ operation }) =>
      operation === 'DeleteSecret' ? awsError(400, 'AccessDeniedException', 'not authorized') : undefined;
    const { code, error } = await refusedCall(at.pushes.delete('plain', 'kept'));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'match.remoteRef.remoteKey']);
  });
});

test('a secret exists when it has a value, whoever manages it [V3.5.1] [V3.5.2]', async () => {
  await at.create('app/theirs', { SecretString: 'v' });
  await at.create('app/empty', { Tags: [MARK] });
  const keys = ['theirs', 'empty', 'nowhere', 'no name'];
  expect(await Promise.all(keys.map((key) => at.pushes.exists('prefixed', key)))).toEqual([true, false, false, false]);
  expect(new Set(at.operations)).toEqual(new Set(['DescribeSecret']));
});

test('that AWS does not say whether a secret exists is a failure [V3.5.1]', async () => {
  at.proxy.script = () => awsError(400, 'AccessDeniedException', 'not authorized');
  expect((await refusedCall(at.pushes.exists('plain', 'kept'))).code).toBe('ACCESS_DENIED');
});
