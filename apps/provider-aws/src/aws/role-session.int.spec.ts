import { AwsProxy, type Moto, startMoto } from '@eso/testing';
import { REGION } from '../testing/aws-lab.ts';
import type { Identity, Login } from './login.ts';
import { roleSession } from './role-session.ts';

let moto: Moto;
let proxy: AwsProxy;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await AwsProxy.start(moto.url);
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await proxy.stop();
  await moto.stop();
});

function session(base: () => Identity, now: () => number): Login {
  return roleSession({
    base: () => Promise.resolve(base()),
    roles: [{ field: 'spec.role', request: { RoleArn: 'arn:aws:iam::123456789012:role/app' } }],
    region: REGION,
    endpoint: proxy.url,
    metrics: { track: (_, run) => run() },
    now,
  });
}

const keys = (accessKeyId: string): Identity => ({ accessKeyId, secretAccessKey: 'x' });

test('a session is used until two minutes before its end', async () => {
  let now = 0;
  const login = session(
    () => keys('first'),
    () => now,
  );
  const { expiration } = await login();
  now = (expiration?.getTime() ?? 0) - 120_001;
  await login();
  expect(proxy.requests).toHaveLength(1);
  now += 1;
  await login();
  expect(proxy.requests).toHaveLength(2);
});

test('a session ends when the keys that it came from are others', async () => {
  let base = keys('first');
  const login = session(
    () => base,
    () => 0,
  );
  await login();
  await login();
  base = keys('second');
  await login();
  expect(proxy.requests.map(({ accessKeyId }) => accessKeyId)).toEqual(['first', 'second']);
});

test('those who come while the role is being assumed wait for the same session', async () => {
  const login = session(() => keys('first'), Date.now);
  const identities = await Promise.all([login(), login(), login()]);
  expect(new Set(identities.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
  expect(proxy.requests).toHaveLength(1);
});
