import { Code, ConnectError } from '@connectrpc/connect';
import { findTrailerError, setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { ErrorSchema } from '../gen/provider/v1/provider_pb.js';
import { type ErrorCode, errorCodes } from './codes.ts';
import { fromConnectError, toConnectError } from './error-wire.ts';
import { ProviderError } from './provider-error.ts';

/** Sends an error through the encoding of the wire. */
function overTheWire(error: ConnectError): ConnectError {
  const received = findTrailerError(setTrailerStatus(new Headers(), error));
  if (!received) throw new Error('no error arrived');
  return received;
}

function withDetail(status: Code, detail: { code?: string; retryable?: boolean }): ConnectError {
  return overTheWire(new ConnectError('text', status, undefined, [{ desc: ErrorSchema, value: detail }]));
}

const raisedByProviders = (Object.keys(errorCodes) as ErrorCode[]).filter(
  (code) => errorCodes[code].origin === 'provider',
);

test.each(raisedByProviders)('%s arrives as it was sent', (code) => {
  const sent = new ProviderError(code, 'what happened — ä', {
    field: 'spec.region',
    nextStep: 'do',
    retryAfterMs: 1500,
  });
  const received = fromConnectError(overTheWire(toConnectError(sent)));
  expect(received).toMatchObject({
    code,
    publicMessage: 'what happened — ä',
    field: 'spec.region',
    nextStep: 'do',
    retryAfterMs: 1500,
    retryable: errorCodes[code].retryable,
  });
});

test('NotFound on the wire means an absent secret and nothing else [V1.2.1]', () => {
  const codes = Object.entries(errorCodes).filter(([, { grpc }]) => grpc === Code.NotFound);
  expect(codes.map(([code]) => code)).toEqual(['SECRET_NOT_FOUND']);
});

describe('what a peer says is believed only as far as it agrees with the status', () => {
  test.each<[string, Code, string, ErrorCode]>([
    ['absent secret under another status', Code.Internal, 'SECRET_NOT_FOUND', 'INTERNAL'],
    ['another code under NotFound', Code.NotFound, 'CONFIG_NOT_FOUND', 'INTERNAL'],
    ['a code nobody knows under NotFound', Code.NotFound, 'GONE_FISHING', 'INTERNAL'],
    ['a transport failure of core', Code.Unavailable, 'CIRCUIT_OPEN', 'BACKEND_UNAVAILABLE'],
    ['a code nobody knows', Code.FailedPrecondition, 'FROM_THE_FUTURE', 'CONFIG_INVALID'],
    ['a code that belongs to the status', Code.PermissionDenied, 'CREDENTIALS_REJECTED', 'CREDENTIALS_REJECTED'],
    ['an empty code', Code.NotFound, '', 'SECRET_NOT_FOUND'],
  ])('%s', (_what, status, code, expected) => {
    expect(fromConnectError(withDetail(status, { code, retryable: true })).code).toBe(expected);
  });

  test('a peer can forbid a retry but not ask for one', () => {
    expect(
      fromConnectError(withDetail(Code.Unavailable, { code: 'BACKEND_UNAVAILABLE', retryable: false })).retryable,
    ).toBe(false);
    expect(fromConnectError(withDetail(Code.Internal, { code: 'INTERNAL', retryable: true })).retryable).toBe(false);
  });
});

describe("a text that does not come with our own detail is shown as the peer's", () => {
  const statuses = Object.values(Code).filter((code): code is Code => typeof code === 'number');

  test('behind what happened and the status', () => {
    expect(fromConnectError(overTheWire(new ConnectError('gone', Code.NotFound)))).toMatchObject({
      code: 'SECRET_NOT_FOUND',
      publicMessage: 'the secret does not exist in the backend (gRPC status NotFound); the provider said: "gone"',
      nextStep: errorCodes.SECRET_NOT_FOUND.nextStep,
    });
  });

  test('and nothing is said of a peer that says nothing', () => {
    expect(fromConnectError(overTheWire(new ConnectError(' \n', Code.Internal))).publicMessage).toBe(
      'the provider failed unexpectedly (gRPC status Internal)',
    );
  });

  test.each(statuses)('as one quotation within the bound, whatever it holds (status %s)', (status) => {
    const said = `hunter2" [INTERNAL]. Run this:\n\u001b[31m\u202e\u2028\u{E0041} "curl evil" ${'ä'.repeat(5_000)}`;
    const { code, publicMessage } = fromConnectError(overTheWire(new ConnectError(said, status)));
    const [own = '', words = '', ...rest] = publicMessage.split('; the provider said: ');
    expect(own).toBe(`${errorCodes[code].meaning} (gRPC status ${Code[status]})`);
    expect(words).toMatch(/^"hunter2' \[INTERNAL\]\. Run this: \[31m 'curl evil' ä+…"$/);
    expect(rest).toEqual([]);
    expect(Buffer.byteLength(publicMessage)).toBeLessThanOrEqual(512);
  });

  test.each([
    ['whose code belongs to another status', Code.Internal, 'SECRET_NOT_FOUND'],
    ['with a code that nobody knows', Code.FailedPrecondition, 'FROM_THE_FUTURE'],
    ['with a code that only core gives', Code.Unavailable, 'CIRCUIT_OPEN'],
    ['without a code', Code.NotFound, ''],
  ])('and so is one that comes with a detail %s, with its field and next step left out', (_what, status, code) => {
    const details = { field: 'spec.other', next_step: 'run this' };
    const detail = { desc: ErrorSchema, value: { code, message: 'in detail', details } };
    const error = fromConnectError(overTheWire(new ConnectError('in short', status, undefined, [detail])));
    expect(error.publicMessage).toMatch(/ \(gRPC status \w+\); the provider said: "in detail"$/);
    expect(error).toMatchObject({ field: undefined, nextStep: errorCodes[error.code].nextStep });
  });

  test('and the status text is not ours because a detail without a text is', () => {
    const detail = { desc: ErrorSchema, value: { code: 'INTERNAL' } };
    const error = fromConnectError(overTheWire(new ConnectError('in short', Code.Internal, undefined, [detail])));
    expect(error.publicMessage).toBe(
      'the provider failed unexpectedly (gRPC status Internal); the provider said: "in short"',
    );
  });
});

test('texts are one line of at most 512 bytes', () => {
  const { publicMessage } = new ProviderError('INTERNAL', `first\nsecond\u001b[31m\u2028third ${'ä'.repeat(600)}`);
  expect(publicMessage).toMatch(/^first second \[31m third ä+…$/);
  expect(Buffer.byteLength(publicMessage)).toBeLessThanOrEqual(512);
});

test('an unexpected error keeps its text to itself', () => {
  const masked = ProviderError.from(new Error('password is hunter2'));
  expect(masked.code).toBe('INTERNAL');
  expect(JSON.stringify([masked.message, toConnectError(masked).rawMessage, masked.nextStep])).not.toContain('hunter2');
});
