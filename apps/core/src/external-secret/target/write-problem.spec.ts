import type { ExternalSecret } from '@eso/api/resources';
import { KubeError, type KubeErrorCode } from '@eso/kube';
import { writeProblem } from './write-problem.ts';

const es = { metadata: { name: 'app' }, spec: {} } as ExternalSecret;

test.each<[KubeErrorCode, RegExp]>([
  ['FORBIDDEN', /Give core the rights/],
  ['QUOTA_EXCEEDED', /ResourceQuota/],
  ['ADMISSION_DENIED', /policy/],
  ['NAMESPACE_TERMINATING', /being deleted/],
  ['UNREACHABLE', /tried again/],
])('%s has a next step of its own', (code, nextStep) => {
  const error = new KubeError(code, 'why', { status: 403, said: 'why' });
  expect(writeProblem(error, { es, content: { fetched: new Map() } })).toMatchObject({
    code,
    field: 'spec.target',
    publicMessage: 'the API server refused the request (status 403); it said: "why"',
    nextStep: expect.stringMatching(nextStep) as string,
  });
});

test('keys that the API server refuses are not passed on: they may come from inside a secret', () => {
  const causes = ['data[hunter2]', 'data[other]', 'metadata.labels'].map((field) => ({
    field,
    reason: '',
    message: field,
  }));
  const problem = writeProblem(new KubeError('INVALID', 'Secret "x" is invalid: data[hunter2]: bad', { causes }), {
    es,
  });
  expect(problem.publicMessage).toBe('the API server does not accept the Secret because of data, metadata.labels');
});

test.each([
  [
    'kubernetes.io/tls',
    'A Secret of type kubernetes.io/tls needs the keys tls.crt and tls.key: correct the template, or its type.',
  ],
  ['example.test/own', 'Correct the fields that are named.'],
])('a Secret of type %s that is not accepted: what its type needs is said, where that is known', (type, nextStep) => {
  const typed = { ...es, spec: { target: { template: { type } } } } as ExternalSecret;
  const causes = [{ field: 'data[tls.crt]', reason: '', message: '' }];
  expect(writeProblem(new KubeError('INVALID', 'why', { causes }), { es: typed }).nextStep).toBe(nextStep);
});
