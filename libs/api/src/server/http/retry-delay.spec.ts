import { HttpFault } from './http-fault.ts';
import { httpResponse, parseRetryAfter } from './http-message.ts';
import { httpRetryOf, type HttpRetryOptions, resolveHttpOptions } from './http-options.ts';
import { type AttemptResult, type AttemptOutcome, retryDelayMs } from './retry-delay.ts';

const answered = (status: number, retryAfter?: string): AttemptOutcome => ({
  kind: 'answered',
  response: httpResponse(
    { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter }, body: Buffer.alloc(0) },
    { host: 'h', operation: 'o', nowMs: 0 },
  ),
});
const failed = (code: string): AttemptOutcome => ({ kind: 'failed', error: Object.assign(new Error('x'), { code }) });

function delay(result: Partial<AttemptResult>, retry: HttpRetryOptions = {}, random = 0): number | undefined {
  const options = resolveHttpOptions({ retry }).retry;
  const given = { attempt: 1, outcome: answered(503), idempotent: true, remainingMs: 30_000, ...result };
  return retryDelayMs(options, given, random);
}

test.each<[string, AttemptOutcome, boolean, boolean]>([
  ['503', answered(503), true, false],
  ['504', answered(504), true, false],
  ['429', answered(429), true, true],
  ['200', answered(200), false, false],
  ['404', answered(404), false, false],
  ['500', answered(500), false, false],
  ['a refused connection', failed('ECONNREFUSED'), true, true],
  ['a resolver that is away', failed('EAI_AGAIN'), true, true],
  ['a name that does not exist', failed('ENOTFOUND'), false, false],
  ['a lost connection', failed('ECONNRESET'), true, false],
  ['a bad certificate', failed('CERT_HAS_EXPIRED'), false, false],
  ['a timeout', { kind: 'failed', error: new HttpFault('TIMEOUT', 'x') }, true, false],
  [
    'a connection that does not come about',
    { kind: 'failed', error: new HttpFault('CONNECT_TIMEOUT', 'x') },
    true,
    true,
  ],
  ['an answer too large', { kind: 'failed', error: new HttpFault('TOO_LARGE', 'x') }, false, false],
  ['a fault of a program', { kind: 'failed', error: new TypeError('x') }, false, false],
])('after %s: idempotent %p, others %p', (_what, outcome, idempotent, others) => {
  expect(delay({ outcome, idempotent: true }) !== undefined).toBe(idempotent);
  expect(delay({ outcome, idempotent: false }) !== undefined).toBe(others);
});

test('pauses double up to the longest, and chance shortens them by a half at most', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((attempt) => delay({ attempt }, { attempts: 10 }));
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect(delay({ attempt: 2 }, {}, 1)).toBe(200);
});

test('the last attempt is the last, and no pause is longer than the time that is left', () => {
  expect(delay({ attempt: 3 })).toBeUndefined();
  expect(delay({ attempt: 1 }, { attempts: 1 })).toBeUndefined();
  expect(delay({ remainingMs: 200 })).toBeUndefined();
  expect(delay({ remainingMs: 201 })).toBe(200);
  expect(delay({ outcome: answered(429, '5'), remainingMs: 5_000 })).toBeUndefined();
});

test('a server says when, up to a bound [V1.14.4]', () => {
  expect(delay({ outcome: answered(503, '3') })).toBe(3_000);
  expect(delay({ outcome: answered(503, '0') })).toBe(0);
  expect(delay({ outcome: answered(503, '10') })).toBe(10_000);
  expect(delay({ outcome: answered(503, '11') })).toBeUndefined();
});

test.each([
  ['7', 7_000],
  ['Thu, 01 Jan 1970 00:01:40 GMT', 40_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  ['1e9', undefined],
  ['99999999999999999999', undefined],
  [undefined, undefined],
])('Retry-After: %s is %p ms', (text, expected) => {
  expect(parseRetryAfter(text, 60_000)).toBe(expected);
});

test('a store asks for so many attempts after the first, and one pause [V1.13.3]', () => {
  expect(httpRetryOf(undefined)).toEqual({});
  expect(delay({ attempt: 5 }, httpRetryOf({ maxRetries: 5, retryIntervalMs: 700 }), 1)).toBe(700);
  expect(delay({ attempt: 6 }, httpRetryOf({ maxRetries: 5, retryIntervalMs: 700 }))).toBeUndefined();
  expect(delay({ attempt: 1 }, httpRetryOf({ maxRetries: 0 }))).toBeUndefined();
});
