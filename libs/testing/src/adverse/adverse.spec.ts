/** That the table finds what a provider gets wrong: one that heeds nothing fails it, rule by rule, and one that heeds all passes. */
import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ProviderError, toConnectError } from '@eso/api/contract';
import { AdverseProxy } from './adverse-proxy.ts';
import type { AdverseCalls } from './call-outcomes.ts';
import { ADVERSE_CASES, type AdverseCase } from './cases.ts';
import { adverseFindings, type AdverseSubject } from './findings.ts';

const VALUE = 'hush-0c1d';
let backend: Server;
let proxy: AdverseProxy;
let log: string[];

beforeAll(async () => {
  backend = createServer((_, response) => response.end(JSON.stringify({ value: VALUE })));
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  proxy = await AdverseProxy.start({
    target: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
    affects: ({ headers }) => headers['tenant'] === 'ill',
  });
});

beforeEach(() => (log = []));
afterEach(() => proxy.set(undefined));

afterAll(async () => {
  await proxy.stop();
  backend.close();
});

/** Reads from the backend. */
async function ask(tenant: string, timeoutMs: number): Promise<string> {
  const response = await fetch(proxy.url, {
    headers: { tenant },
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'manual',
  });
  if (response.status === 429)
    throw new ProviderError('BACKEND_THROTTLED', 'the backend is busy', {
      retryAfterMs: Number(response.headers.get('retry-after')) * 1_000,
    });
  const body = (await response.json()) as { value?: unknown } | null;
  if (response.status !== 200 || typeof body?.value !== 'string') throw new TypeError('no value');
  return body.value;
}

/** What a provider makes of it that heeds the rules. */
const heedful = (tenant: string): AdverseCalls => ({
  get: (timeoutMs) =>
    ask(tenant, timeoutMs).catch((error: unknown) => {
      const code = (error as Error).name === 'TimeoutError' ? 'TIMEOUT' : 'BACKEND_UNAVAILABLE';
      throw toConnectError(error instanceof ProviderError ? error : new ProviderError(code, 'the backend is not well'));
    }),
});

function subject(changes: Partial<AdverseSubject> = {}): AdverseSubject {
  const elsewhere = { get: () => Promise.resolve('another') };
  return { proxy, calls: heedful('ill'), beside: heedful('well'), elsewhere, hidden: [VALUE], log, ...changes };
}

function named(name: string): AdverseCase {
  const found = ADVERSE_CASES.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

const QUICK = ADVERSE_CASES.filter(({ name }) => !/never answers|half open|does not end/.test(name));

test.each(QUICK)('who heeds the rules passes with a backend $name', async (adverse) => {
  expect(await adverseFindings(adverse, subject())).toEqual([]);
});

/** The calls of a provider that fails so while its backend is ill. */
const failing = (error: () => unknown): AdverseCalls => ({
  get: (timeoutMs) =>
    heedful('ill')['get']!(timeoutMs).catch(() => {
      throw error() as Error;
    }),
});
const refusing = (...args: ConstructorParameters<typeof ProviderError>): AdverseCalls =>
  failing(() => toConnectError(new ProviderError(...args)));

test.each<[what: string, name: string, changes: () => Partial<AdverseSubject>, finding: string]>([
  ['takes a page for an absent secret', 'that is a web page not found', () => ({ calls: refusing('SECRET_NOT_FOUND', 'gone') }), 'get fails with SECRET_NOT_FOUND (gone)'],
  ['quotes the page', 'whose gateway fails', () => ({ calls: refusing('BACKEND_UNAVAILABLE', 'it says canary-7f3a90') }), 'get holds canary-7f3a90'],
  ['quotes a value', 'that breaks off', () => ({ calls: refusing('BACKEND_UNAVAILABLE', `half of ${VALUE}`) }), `get holds ${VALUE}`],
  ['shows what only programs read', 'that is a web page', () => ({ calls: refusing('BACKEND_UNAVAILABLE', 'Unexpected token < in JSON') }), 'is no sentence'],
  ['takes an empty object for a value', 'that sends an object without fields', () => ({ calls: { get: (ms) => heedful('ill')['get']!(ms).catch(() => '') } }), 'get answers what the backend does not hold'],
  ['answers from an old answer', 'that fails', () => ({ calls: { get: (ms) => heedful('ill')['get']!(ms).catch(() => VALUE) } }), 'get answers, and should fail with BACKEND_UNAVAILABLE'],
  ['forgets when to come again', 'that throttles and says for how long', () => ({ calls: refusing('BACKEND_THROTTLED', 'busy') }), 'the backend said 7000'],
  ['does not ask', 'that fails', () => ({ calls: { get: () => Promise.resolve(VALUE) } }), 'the backend was not asked'],
  ['lets another tenant have it, too', 'that fails', () => ({ beside: heedful('ill') }), 'the tenant beside: get fails with BACKEND_UNAVAILABLE'],
  ['logs a value', 'that fails', () => ({ calls: failing(() => { log.push(`got ${VALUE}`); return toConnectError(new ProviderError('BACKEND_UNAVAILABLE', 'not well')); }) }), `the log holds ${VALUE}`],
])('who %s is found out', async (_, name, changes, finding) => {
  const findings = await adverseFindings(named(name), subject(changes()));
  expect(findings.join('\n')).toContain(finding);
}); // prettier-ignore

test('who does not recover is found out', async () => {
  let broken = false;
  const brittle = (timeoutMs: number): Promise<string> =>
    broken ? Promise.reject(new Error('still')) : heedful('ill')['get']!(timeoutMs).catch((error: unknown) => {
      broken = true;
      throw error as Error;
    }); // prettier-ignore
  const findings = await adverseFindings(named('that fails'), subject({ calls: { get: brittle }, recoveryMs: 200 }));
  expect(findings.join('\n')).toContain('does not recover: get fails');
});

test('a body without an end is counted as it is taken', async () => {
  const findings = await adverseFindings(named('that does not end'), subject());
  expect(findings.join('\n')).toMatch(/\d+ bytes of endless answers were taken/);
});

test('an idle connection is not closed: who is well would lose a request by it', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [response] = (await once(get(proxy.url, { agent }), 'response')) as [IncomingMessage];
  await text(response);
  // Node says there after how many seconds it closes.
  expect(response.headers['keep-alive']).toBeUndefined();
  expect(response.headers.connection).toBe('keep-alive');
  agent.destroy();
});

test('connections that were open carry nothing any more, and new ones do', async () => {
  const agents = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent()];
  const read = async (agent: Agent | undefined, timeoutMs: number): Promise<string> => {
    const options = { agent, headers: { tenant: 'ill' }, signal: AbortSignal.timeout(timeoutMs) };
    const [response] = (await once(get(proxy.url, options), 'response')) as [IncomingMessage];
    return text(response);
  };
  const body = JSON.stringify({ value: VALUE });
  expect(await read(agents[0], 5_000)).toBe(body);
  await proxy.set({ kind: 'silence' });
  await expect(read(agents[0], 300)).rejects.toThrow();
  expect(proxy.hit).toBe(1);
  expect(await read(agents[1], 5_000)).toBe(body);
  for (const agent of agents) agent.destroy();
});
