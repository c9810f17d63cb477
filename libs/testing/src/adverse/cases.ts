import type { ErrorCode } from '@eso/api/contract';
import type { AdverseFault } from './adverse-fault.ts';

/** In every body that an adverse backend makes up; stands for what must not get out. */
export const ADVERSE_CANARY = 'canary-7f3a90';

/** One way in which a backend is ill, and what a provider may make of it. */
export interface AdverseCase {
  /** After "a backend": `that answers half a body`. */
  readonly name: string;
  readonly kind: 'slow' | 'throttling' | 'down' | 'half' | 'garbage';
  readonly fault: AdverseFault;
  /** Codes that are true of it. None: the fault ends while the call waits, and the call succeeds. */
  readonly codes: readonly ErrorCode[];
  /** How long the caller waits, milliseconds. Default 60,000: longer than a provider waits for its backend. */
  readonly deadlineMs?: number;
  /** What the error has to tell core about when to come again, milliseconds. */
  readonly retryAfterMs?: number;
  /** A provider that gets around it is as good as one that says what is wrong. */
  readonly mayAnswer?: true;
  /** Whom it hits cannot be chosen: whoever uses the same endpoint is hit. */
  readonly everybody?: true;
}

type Case = Omit<AdverseCase, 'kind'>;
const UNAVAILABLE = ['BACKEND_UNAVAILABLE'] as const;
const HTML = `<html><body>${ADVERSE_CANARY}</body></html>`;
const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };

function answers(status: number, body: string, headers: Readonly<Record<string, string>> = json): AdverseFault {
  return { kind: 'answer', status, headers, body };
}

function throttled(headers: Readonly<Record<string, string>>): AdverseFault {
  return answers(429, JSON.stringify({ message: ADVERSE_CANARY }), { ...json, ...headers });
}

/** Puts something else in the place of each text of a JSON or XML document. */
function texts(instead: unknown): AdverseFault {
  const revive = (_: string, value: unknown): unknown => (typeof value === 'string' ? instead : value);
  const change = (body: string): string =>
    body.startsWith('<')
      ? body.replace(/>[^<\s][^<]*</g, `>${JSON.stringify(instead)}<`)
      : JSON.stringify(JSON.parse(body, revive));
  return { kind: 'change', change };
}

const slow: readonly Case[] = [
  { name: 'that answers late', fault: { kind: 'hold' }, codes: [] },
  { name: 'that outlasts its caller', fault: { kind: 'hold' }, codes: ['TIMEOUT'], deadlineMs: 1_000 },
  { name: 'that never answers', fault: { kind: 'hold' }, codes: ['BACKEND_UNAVAILABLE', 'TIMEOUT'] },
  { name: 'whose answer drips', fault: { kind: 'drip' }, codes: ['TIMEOUT'], deadlineMs: 1_000 },
];

const throttling: readonly Case[] = [
  { name: 'that throttles', fault: throttled({}), codes: ['BACKEND_THROTTLED'] },
  {
    name: 'that throttles and says for how long',
    fault: throttled({ 'retry-after': '7' }),
    codes: ['BACKEND_THROTTLED'],
    retryAfterMs: 7_000,
  },
  { name: 'that throttles for a day', fault: throttled({ 'retry-after': '86400' }), codes: ['BACKEND_THROTTLED'] },
  { name: 'that throttles until soon', fault: throttled({ 'retry-after': 'soon' }), codes: ['BACKEND_THROTTLED'] },
  {
    name: 'that is busy',
    fault: answers(503, HTML, { ...html, 'retry-after': '7' }),
    codes: ['BACKEND_UNAVAILABLE', 'BACKEND_THROTTLED'],
  },
];

const down: readonly Case[] = [
  { name: 'that fails', fault: answers(500, JSON.stringify({ message: ADVERSE_CANARY })), codes: UNAVAILABLE },
  { name: 'whose gateway fails', fault: answers(502, HTML, html), codes: UNAVAILABLE },
  { name: 'whose gateway waited too long', fault: answers(504, ''), codes: UNAVAILABLE },
  { name: 'that resets connections', fault: { kind: 'reset' }, codes: UNAVAILABLE },
  { name: 'that closes connections', fault: { kind: 'bytes', bytes: '' }, codes: UNAVAILABLE },
  { name: 'where nobody listens', fault: { kind: 'refuse' }, codes: UNAVAILABLE, everybody: true },
  {
    name: 'whose connections are half open',
    fault: { kind: 'silence' },
    codes: ['BACKEND_UNAVAILABLE', 'TIMEOUT'],
    mayAnswer: true,
  },
];

const half: readonly Case[] = [
  { name: 'that breaks off', fault: { kind: 'cut' }, codes: UNAVAILABLE },
  {
    name: 'that sends half a document as a whole one',
    fault: { kind: 'change', change: (body) => body.slice(0, body.length >> 1) },
    codes: UNAVAILABLE,
  },
  { name: 'that sends no body', fault: answers(200, ''), codes: UNAVAILABLE },
  { name: 'that says that there is no content', fault: answers(204, ''), codes: UNAVAILABLE },
  { name: 'that sends an object without fields', fault: answers(200, '{}'), codes: UNAVAILABLE },
];

const REFUSED = ['BACKEND_UNAVAILABLE', 'ACCESS_DENIED', 'CREDENTIALS_REJECTED'] as const;

const garbage: readonly Case[] = [
  { name: 'that is a web page', fault: answers(200, HTML, html), codes: UNAVAILABLE },
  { name: 'that is a web page not found', fault: answers(404, HTML, html), codes: UNAVAILABLE },
  { name: 'that has nothing to say about what is not found', fault: answers(404, ''), codes: UNAVAILABLE },
  {
    name: 'that is another service, which knows no such path',
    fault: answers(404, JSON.stringify({ error: `not found: ${ADVERSE_CANARY}` })),
    codes: UNAVAILABLE,
  },
  { name: 'behind a web page that wants a login', fault: answers(401, HTML, html), codes: REFUSED },
  { name: 'behind a web page that forbids', fault: answers(403, HTML, html), codes: REFUSED },
  { name: 'behind a proxy that wants a login', fault: answers(407, HTML, html), codes: UNAVAILABLE },
  {
    name: 'that sends elsewhere',
    fault: answers(302, HTML, { ...html, location: '/elsewhere' }),
    codes: UNAVAILABLE,
  },
  { name: 'whose texts are numbers', fault: texts(7), codes: UNAVAILABLE },
  { name: 'whose texts are null', fault: texts(null), codes: UNAVAILABLE },
  { name: 'whose texts are lists', fault: texts([ADVERSE_CANARY]), codes: UNAVAILABLE },
  { name: 'whose texts are objects', fault: texts({ is: ADVERSE_CANARY }), codes: UNAVAILABLE },
  { name: 'that sends null', fault: answers(200, 'null'), codes: UNAVAILABLE },
  { name: 'that sends a list', fault: answers(200, JSON.stringify([ADVERSE_CANARY])), codes: UNAVAILABLE },
  { name: 'that sends a text', fault: answers(200, JSON.stringify(ADVERSE_CANARY)), codes: UNAVAILABLE },
  { name: 'that nests without measure', fault: answers(200, '['.repeat(100_000)), codes: UNAVAILABLE },
  {
    name: 'that says that it compresses, and does not',
    fault: answers(200, ADVERSE_CANARY, { ...json, 'content-encoding': 'gzip' }),
    codes: UNAVAILABLE,
  },
  {
    name: 'that speaks another protocol',
    fault: { kind: 'bytes', bytes: `220 ${ADVERSE_CANARY} ESMTP\r\n` },
    codes: UNAVAILABLE,
  },
  {
    name: 'with headers without measure',
    fault: answers(200, '{}', { ...json, 'x-long': ADVERSE_CANARY.repeat(10_000) }),
    codes: UNAVAILABLE,
  },
  { name: 'that does not end', fault: { kind: 'endless' }, codes: ['BACKEND_UNAVAILABLE', 'LIMIT_EXCEEDED'] },
];

const named = (kind: AdverseCase['kind'], cases: readonly Case[]): AdverseCase[] =>
  cases.map((given) => ({ kind, ...given }));

/** Every way in which an HTTP backend is ill. For `describe.each`; a provider adds what its own backend says of itself. */
export const ADVERSE_CASES: readonly AdverseCase[] = [
  ...named('slow', slow),
  ...named('throttling', throttling),
  ...named('down', down),
  ...named('half', half),
  ...named('garbage', garbage),
];
