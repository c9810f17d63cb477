import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Code } from '@connectrpc/connect';
import { awsError, AwsProxy, eventually } from '@eso/testing';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';

let lab: AwsLab;
let proxy: AwsProxy;

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url };
    },
  });
  lab.config('plain');
  await lab.aws.send(new CreateSecretCommand({ Name: 'db', SecretString: '{"a":"1","b":"2"}' }));
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

test('throttling is tried three times, then answered as such and worth another try [V2.7.1] [V13.2.1]', async () => {
  proxy.script = () => awsError(400, 'ThrottlingException', 'Rate exceeded');
  const { status, code, error } = await refusedCall(lab.get('plain', 'db'));
  expect({ status, code }).toEqual({ status: Code.ResourceExhausted, code: 'BACKEND_THROTTLED' });
  expect(error.retryable).toBe(true);
  expect(proxy.requests).toHaveLength(3);
});

test('a passing failure is not seen', async () => {
  proxy.script = () => (proxy.requests.length < 3 ? awsError(500, 'InternalServiceError') : undefined);
  expect(await lab.get('plain', 'db', { property: 'a' })).toBe('1');
});

test('an AWS that fails, or that something else answers for, is unavailable', async () => {
  for (const answer of [awsError(503, 'InternalServiceError'), { status: 502, body: '<html>bad gateway</html>' }]) {
    proxy.script = () => answer;
    const { status, code, error } = await refusedCall(lab.get('plain', 'db'));
    expect({ status, code }).toEqual({ status: Code.Unavailable, code: 'BACKEND_UNAVAILABLE' });
    expect(error.publicMessage).toContain('AWS Secrets Manager in region eu-central-1');
    expect(error.publicMessage).not.toContain('html');
  }
});

test('calls for one secret at the same time share one request', async () => {
  const gate = Promise.withResolvers<undefined>();
  proxy.script = () => gate.promise;
  const values = Promise.all(['a', 'b', 'a'].map((property) => lab.get('plain', 'db', { property })));
  await eventually(() => expect(proxy.requests).toHaveLength(1));
  gate.resolve(undefined);
  expect(await values).toEqual(['1', '2', '1']);
  expect(proxy.requests).toHaveLength(1);
  await lab.get('plain', 'db');
  expect(proxy.requests).toHaveLength(2);
});

test('a caller that gives up ends the request to AWS and its repetitions', async () => {
  const gate = Promise.withResolvers<undefined>();
  proxy.script = () => gate.promise;
  const given = new AbortController();
  const remoteRef = { key: 'db' };
  const call = lab.provider.client.store.getSecret({ ...lab.request('plain'), remoteRef }, { signal: given.signal });
  const outcome = refusedCall(call);
  await eventually(() => expect(proxy.requests).toHaveLength(1));
  given.abort();
  expect((await outcome).status).toBe(Code.Canceled);
  await eventually(() => expect(proxy.abandoned).toBe(1));
  gate.resolve(undefined);
  expect(await lab.get('plain', 'db', { property: 'a' })).toBe('1');
  expect(proxy.requests).toHaveLength(2);
});

test('calls to AWS are counted by operation and outcome, under the name that dashboards know [6.1.5] [6.4.1]', async () => {
  await lab.get('plain', 'db');
  proxy.script = () => awsError(400, 'ThrottlingException', 'Rate exceeded');
  await refusedCall(lab.get('plain', 'db'));
  const metrics = await lab.provider.registry.metrics();
  expect(metrics).toMatch(
    /externalsecret_provider_api_calls_count\{provider="AWS\/SecretsManager",call="GetSecretValue",status="success"\} [1-9]/,
  );
  expect(metrics).toMatch(/call="GetSecretValue",status="error"\} [1-9]/);
});
