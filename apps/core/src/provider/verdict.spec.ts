import { type ErrorCode, errorCodes, ProviderError } from '@eso/api/contract';
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
] as const)('%s becomes %s, with the code and the next step in the message', (code, reason) => {
  const error = new ProviderError(code, 'something happened', { field: 'spec.auth' });
  const prefix = isUnreachable(reason) ? 'unable to create client' : 'unable to validate store';
  const nextStep = `${error.nextStep.charAt(0).toUpperCase()}${error.nextStep.slice(1)}.`;
  expect(failedVerdict(error)).toEqual({
    kind: 'invalid',
    reason,
    message: `${prefix}: spec.auth: something happened [${code}]. ${nextStep}`,
  });
});

test('every code of the contract has a reason', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[])
    expect(failedVerdict(new ProviderError(code, 'x'))).toMatchObject({
      reason: expect.stringMatching(/^[A-Z]/) as string,
    });
});

test('an open circuit is no news about the process', () => {
  expect(failedVerdict(new ProviderError('CIRCUIT_OPEN', 'x'))).toMatchObject({
    kind: 'circuitOpen',
    reason: 'Unavailable',
  });
});

test('what the process says about its config stands in the message; silence is said to be one', () => {
  expect(invalidVerdict('region is unknown')).toMatchObject({
    reason: 'InvalidProviderConfig',
    message: expect.stringMatching(
      /^unable to validate store: the provider calls its config invalid; the provider said: "region is unknown" \[CONFIG_INVALID\]\. Correct/,
    ) as string,
  });
  expect(invalidVerdict('')).toMatchObject({ message: expect.stringContaining('does not say why') as string });
});

test('a refusal keeps its reason and says where to look', () => {
  expect(refusedVerdict({ kind: 'refused', reason: 'ServiceNotFound', message: 'spec.address: no.' })).toEqual({
    kind: 'invalid',
    reason: 'ServiceNotFound',
    message: 'unable to create client: spec.address: no.',
  });
});
