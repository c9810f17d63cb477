import { type ErrorCode, errorCodes, ProviderError } from '@eso/api/contract';
import { PROVIDER_WORDS } from './status-words.ts';
import { failedVerdict, invalidVerdict, isUnreachable, refusedVerdict } from './verdict.ts';

test.each([
  ['TLS_NAME_MISMATCH', 'TLSNameMismatch'],
  ['TLS_UNTRUSTED', 'TLSUntrusted'],
  ['TLS_EXPIRED', 'TLSExpired'],
  ['TLS_FAILED', 'Unavailable'],
  ['CLIENT_REJECTED', 'ClientRejected'],
  ['NO_CLIENT_CERTIFICATE', 'Unavailable'],
  ['PROVIDER_UNREACHABLE', 'Unavailable'],
  ['TIMEOUT', 'Timeout'],
  ['BACKEND_UNAVAILABLE', 'Unavailable'],
  ['BACKEND_THROTTLED', 'Unavailable'],
  ['NAMESPACE_NOT_ALLOWED', 'ReferenceNotAllowed'],
  ['CONFIG_NOT_FOUND', 'InvalidProviderConfig'],
  ['CREDENTIALS_UNUSABLE', 'InvalidProviderConfig'],
  ['CREDENTIALS_REJECTED', 'InvalidProviderConfig'],
  ['INTERNAL', 'InvalidProviderConfig'],
] as const)('%s becomes %s, with the code and the next step', (code, reason) => {
  const { field, publicMessage, nextStep } = new ProviderError(code, 'something happened', { field: 'spec.auth' });
  const problem = { code, field, publicMessage, nextStep };
  const error = new ProviderError(code, 'something happened', { field: 'spec.auth' });
  expect(failedVerdict(error)).toEqual({ kind: 'invalid', problem, told: !isUnreachable(code) });
  expect(PROVIDER_WORDS.reasonOf(code)).toBe(reason);
});

test('every code of the contract has a reason', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) expect(PROVIDER_WORDS.reasonOf(code)).toMatch(/^[A-Z]/);
});

test('what was not reached did not tell anything about its config', () => {
  const told = ['TLS_EXPIRED', 'TIMEOUT', 'BACKEND_THROTTLED', 'CONFIG_INVALID', 'NAMESPACE_NOT_ALLOWED'] as const;
  expect(told.map((code) => failedVerdict(new ProviderError(code, 'x')))).toMatchObject(
    [false, false, false, true, true].map((each) => ({ told: each })),
  );
});

test('an open circuit is no news about the process', () => {
  expect(failedVerdict(new ProviderError('CIRCUIT_OPEN', 'x'))).toMatchObject({ kind: 'circuitOpen' });
  expect(PROVIDER_WORDS.reasonOf('CIRCUIT_OPEN')).toBe('Unavailable');
});

test('what the process says about its config is quoted; silence is said to be one', () => {
  expect(invalidVerdict('region is unknown', 'spec.provider')).toMatchObject({
    problem: {
      code: 'CONFIG_INVALID',
      publicMessage: 'the provider calls its config invalid; the provider said: "region is unknown"',
      nextStep: 'Correct spec.provider.',
    },
  });
  expect(invalidVerdict('', 'it')).toMatchObject({
    problem: { publicMessage: expect.stringContaining('does not say why') as string },
  });
});

test('a refusal was told by nobody', () => {
  const problem = { code: 'SERVICE_NOT_FOUND', field: 'spec.address', publicMessage: 'no' };
  expect(refusedVerdict({ kind: 'refused', problem })).toEqual({ kind: 'invalid', problem, told: false });
});
