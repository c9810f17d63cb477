import { KubeError, type KubeErrorCode } from '@eso/kube';
import { writeProblem } from './write-problem.ts';

test.each<[KubeErrorCode, RegExp]>([
  ['FORBIDDEN', /Give core the rights/],
  ['QUOTA_EXCEEDED', /ResourceQuota/],
  ['ADMISSION_DENIED', /policy/],
  ['NAMESPACE_TERMINATING', /being deleted/],
  ['UNREACHABLE', /tried again/],
])('%s has a next step of its own', (code, nextStep) => {
  expect(writeProblem(new KubeError(code, 'the API server says why'))).toMatchObject({
    code,
    field: 'spec.target',
    publicMessage: 'the API server says why',
    nextStep: expect.stringMatching(nextStep) as string,
  });
});

test('keys that the API server refuses are not passed on: they may come from inside a secret', () => {
  const causes = ['data[hunter2]', 'data[other]', 'metadata.labels'].map((field) => ({
    field,
    reason: '',
    message: field,
  }));
  const problem = writeProblem(new KubeError('INVALID', 'Secret "x" is invalid: data[hunter2]: bad', { causes }));
  expect(problem.publicMessage).toBe('the API server does not accept the Secret because of data, metadata.labels');
});
