import { SingleFlight } from '@eso/api/server';
import { AwsProxy } from '@eso/testing';
import { REGION } from '../testing/aws-lab.ts';
import { SecretsManagerApi } from './api.ts';

test('each request is signed with the identity of its time: replaced keys are not used on', async () => {
  const proxy = await AwsProxy.start('http://127.0.0.1');
  proxy.script = () => ({ status: 200, body: '{"Name":"db","SecretString":"value"}' });
  let accessKeyId = 'first';
  const api = new SecretsManagerApi({
    region: REGION,
    at: (path: string) => `spec.${path}`,
    endpoints: { secretsManager: proxy.url },
    login: () => Promise.resolve({ accessKeyId, secretAccessKey: 'x' }),
    metrics: { track: (_, run) => run() },
    flights: new SingleFlight(),
  });
  try {
    const read = () => api.getValue('db', { VersionStage: 'AWSCURRENT' }, new AbortController().signal);
    expect(await read()).toEqual({ text: 'value', binary: undefined });
    accessKeyId = 'second';
    await read();
    expect(proxy.requests.map((request) => request.accessKeyId)).toEqual(['first', 'second']);
  } finally {
    api.close();
    await proxy.stop();
  }
});
