import { endpointsFrom } from './endpoints.ts';

test('reads the variables of upstream, an empty one is not set [V2.3.1]', () => {
  expect(
    endpointsFrom({
      AWS_SECRETSMANAGER_ENDPOINT: 'http://127.0.0.1:5000',
      AWS_SSM_ENDPOINT: 'http://127.0.0.1:5001',
      AWS_STS_ENDPOINT: 'https://sts.local',
      AWS_ECR_ENDPOINT: 'http://127.0.0.1:5002',
      AWS_ECR_PUBLIC_ENDPOINT: 'http://127.0.0.1:5003',
    }),
  ).toEqual({
    secretsManager: 'http://127.0.0.1:5000',
    ssm: 'http://127.0.0.1:5001',
    sts: 'https://sts.local',
    ecr: 'http://127.0.0.1:5002',
    ecrPublic: 'http://127.0.0.1:5003',
  });
  expect(endpointsFrom({ AWS_STS_ENDPOINT: '' })).toEqual({});
});

test.each(['sts.local', 'ftp://sts.local', '127.0.0.1:5000'])('names the variable that holds %s [V2.3.3]', (url) => {
  expect(() => endpointsFrom({ AWS_STS_ENDPOINT: url })).toThrow(/^AWS_STS_ENDPOINT must be an http or https URL/);
});
