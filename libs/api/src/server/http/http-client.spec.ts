/** The HTTP client against real servers that behave in every way; time passes when the test says so. */
import { getEventListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventually } from '@eso/testing';
import { ProviderError } from '../../contract/provider-error.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import type { HttpClientOptions } from './http-options.ts';
import { type LocalServer, startServer, testClient, type TestClient } from './testing/local-server.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const MARKER = 'hunter2-marker';
const { signal } = new AbortController();
const servers: LocalServer[] = [];
const clients: TestClient[] = [];

afterEach(async () => {
  for (const { lifetime } of clients.splice(0)) lifetime.abort();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** A server that gives these answers one after the other, the last of them for ever. */
async function serve(...answers: Answer[]): Promise<LocalServer> {
  let count = 0;
  const server = await startServer((request, response) => {
    const answer = answers[Math.min(count++, answers.length - 1)];
    request.resume().once('end', () => answer?.(request, response));
  });
  servers.push(server);
  return server;
}

function setup(server: LocalServer, options: HttpClientOptions = {}) {
  const test = testClient(server, undefined, options);
  clients.push(test);
  const send = (request: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    test.client.request({ operation: 'ReadSecret', path: '/v1/secret', signal, ...request });
  const failed = async (request: Partial<HttpRequest> = {}): Promise<ProviderError> =>
    send(request).then(
      ({ status }) => new ProviderError('INTERNAL', `it answered ${status}`),
      (error: unknown) => ProviderError.from(error),
    );
  return { ...test, send, failed };
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const never: Answer = () => undefined;

describe('what is sent', () => {
  test('method, path, query, headers and body, as they were given', async () => {
    const server = await serve((_request, response) => {
      response.setHeader('x-answer', 'yes').end('{"n":1}');
    });
    const { send } = setup(server, {
      baseUrl: `${server.url}/base/`,
      headers: { 'X-Token': 'one' },
      userAgent: 'me/1',
    });
    const answer = await send({
      method: 'PUT',
      path: ['v1', 'a/b', 'ü ?'],
      query: { list: true, none: undefined, q: 'a&b' },
      headers: { 'x-token': 'two', 'X-Other': 'three' },
      json: { key: 'value' },
    });
    const [{ method, url, headers }] = server.requests as [IncomingMessage];
    expect([method, url]).toEqual(['PUT', '/base/v1/a%2Fb/%C3%BC%20%3F?list=true&q=a%26b']);
    expect(headers).toMatchObject({
      'x-token': 'two',
      'x-other': 'three',
      'user-agent': 'me/1',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '15',
    });
    expect([answer.status, answer.ok, answer.headers['x-answer'], answer.json()]).toEqual([200, true, 'yes', { n: 1 }]);
  });

  test.each<[string, Partial<HttpRequest>, string, string | undefined]>([
    ['a form', { form: { a: '1 2', b: '&' } }, 'a=1+2&b=%26', 'application/x-www-form-urlencoded'],
    ['bytes', { body: Buffer.from('ü') }, 'ü', undefined],
    ['text', { body: '1.0' }, '1.0', undefined],
  ])('%s', async (_what, request, expected, type) => {
    let body = '';
    const server = await startServer((incoming, response) => {
      incoming.setEncoding('utf8').on('data', (text) => (body += String(text)));
      incoming.once('end', () => response.end());
    });
    servers.push(server);
    await setup(server).send({ method: 'POST', ...request });
    expect([body, server.requests[0]?.headers['content-type']]).toEqual([expected, type]);
  });

  test('no header, token or URL is in the log, and each attempt is counted', async () => {
    const server = await serve(status(503), status(404, { 'x-token': MARKER }, MARKER));
    const { send, clock, log, counts } = setup(server);
    const answer = send({ path: ['secret', MARKER], query: { token: MARKER }, headers: { authorization: MARKER } });
    await eventually(async () => {
      await clock.advance(200);
      expect(server.requests).toHaveLength(2);
    });
    expect((await answer).status).toBe(404);
    expect(log()).toContain('"status":503');
    expect(log()).not.toContain(MARKER);
    expect(await counts()).toEqual({ ReadSecret: { error: 2 } });
    await setup(await serve(status(200))).send();
  });
});

describe('connections', () => {
  test('one is used again and again', async () => {
    const server = await serve(status(200));
    const { send, counts } = setup(server);
    for (let i = 0; i < 5; i++) await send();
    expect(server.connections()).toBe(1);
    expect(await counts()).toEqual({ ReadSecret: { success: 5 } });
  });

  test('no more than allowed, the others wait', async () => {
    const held: ServerResponse[] = [];
    const server = await serve((_request, response) => void held.push(response));
    const { send } = setup(server, { maxConnections: 2 });
    const answers = Array.from({ length: 6 }, () => send());
    for (let answered = 0; answered < 6; answered += 2) {
      await eventually(() => expect(held).toHaveLength(2));
      for (const response of held.splice(0)) response.end();
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(server.connections()).toBe(2);
  });

  test('end with the lifetime, those in use among them', async () => {
    const server = await serve(status(200), never);
    const { send, failed, lifetime } = setup(server);
    await send();
    const hanging = failed();
    await eventually(() => expect(server.requests).toHaveLength(2));
    lifetime.abort();
    expect((await hanging).code).toBe('CANCELED');
    expect((await failed()).code).toBe('CANCELED');
    await eventually(() => expect(server.open()).toBe(0));
    expect(server.requests).toHaveLength(2);
  });

  test('a caller that gives up gets its own reason, and takes its connection with it', async () => {
    const server = await serve(never);
    const { send } = setup(server);
    const caller = new AbortController();
    const answer = send({ signal: caller.signal });
    await eventually(() => expect(server.requests).toHaveLength(1));
    caller.abort(new Error('gave up'));
    await expect(answer).rejects.toThrow('gave up');
    await eventually(() => expect(server.open()).toBe(0));
    await expect(send({ signal: caller.signal })).rejects.toThrow('gave up');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a server that', () => {
  test('hangs is given up after ten seconds, three times, and thirty in all', async () => {
    const server = await serve(never);
    const { failed, clock } = setup(server);
    const answer = failed();
    for (let attempt = 1; attempt <= 3; attempt++) {
      await eventually(() => expect(server.requests).toHaveLength(attempt));
      await clock.advance(10_000);
      await clock.advance(400);
    }
    expect(await answer).toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      publicMessage: expect.stringMatching(
        /^127\.0\.0\.1:\d+ gave no answer within (10000|9\d{3}(\.\d+)?) ms$/,
      ) as string,
    });
    await eventually(() => expect(server.open()).toBe(0));
  });

  test('sends a byte now and then gets no longer for that', async () => {
    let sent: ServerResponse | undefined;
    const server = await serve((_request, response) => {
      sent = response;
      response.write('a');
    });
    const { failed, clock } = setup(server, { retry: { attempts: 1 } });
    const answer = failed();
    for (let i = 0; i < 10; i++) {
      await eventually(() => expect(sent).toBeDefined());
      sent?.write('a');
      await clock.advance(1_000);
    }
    expect((await answer).code).toBe('TIMEOUT');
  });

  test.each<[string, Answer]>([
    ['announces more than is allowed', status(200, { 'content-length': '11' }, 'a'.repeat(11))],
    [
      'never ends',
      (_request, response) => {
        const write = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(4_096)));
          if (!response.destroyed) response.once('drain', write);
        };
        write();
      },
    ],
  ])('%s is not read further', async (_what, answer) => {
    const server = await serve(answer);
    const { failed } = setup(server, { maxResponseBytes: 10 });
    const error = await failed();
    expect([error.code, error.publicMessage]).toEqual([
      'LIMIT_EXCEEDED',
      `${server.host} was not read to the end: the answer is larger than 10 bytes`,
    ]);
    await eventually(() => expect(server.open()).toBe(0));
    expect(server.requests).toHaveLength(1);
  });

  test('has an answer of just the allowed size is read', async () => {
    const { send } = setup(await serve(status(200, {}, 'a'.repeat(10))), { maxResponseBytes: 10 });
    expect((await send()).text()).toHaveLength(10);
  });

  test.each<[string, Answer, string]>([
    [
      'closes in the middle of a body of known length',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setImmediate(() => response.socket?.end());
      },
      'closed the connection',
    ],
    [
      'closes in the middle of chunks',
      (_request, response) => {
        response.write('half');
        setImmediate(() => response.socket?.end());
      },
      'closed the connection',
    ],
    [
      'resets',
      (request) => void request.socket.resetAndDestroy(),
      'closed the connection before it had answered [ECONNRESET]',
    ],
    [
      'says nothing and closes',
      (request) => void request.socket.end(),
      'closed the connection before it had answered [ECONNRESET]',
    ],
    ['speaks another protocol', (request) => void request.socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'), 'is not HTTP ['],
    [
      'has a header without end',
      (request) => void request.socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`),
      'headers that are too large',
    ],
    ['compresses unasked', status(200, { 'content-encoding': 'gzip' }, 'x'), 'the answer is compressed'],
  ])('%s has not answered', async (_what, answer, problem) => {
    const { failed } = setup(await serve(answer), { retry: { attempts: 1 } });
    const error = await failed();
    expect([error.code, error.publicMessage]).toEqual(['BACKEND_UNAVAILABLE', expect.stringContaining(problem)]);
  });

  test('is not there', async () => {
    const server = await serve(status(200));
    const { failed } = setup(server, { retry: { attempts: 1 }, field: 'spec.server' });
    await servers.pop()?.stop();
    expect(await failed()).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      field: 'spec.server',
      publicMessage: `${server.host} refuses connections [ECONNREFUSED]`,
    });
  });

  test('answers with a page in place of JSON', async () => {
    const { send } = setup(await serve(status(200, {}, `<html>${MARKER}`)));
    const answer = await send();
    expect(() => answer.json()).toThrow('with what is no JSON');
    expect(() => answer.json()).not.toThrow(MARKER);
  });
});

describe('a redirect', () => {
  test('is an answer', async () => {
    const server = await serve(status(302, { location: '/elsewhere' }));
    expect(await setup(server).send()).toMatchObject({ status: 302, ok: false });
    expect(server.requests).toHaveLength(1);
  });

  test('is followed to the same server where that is allowed, and not for ever', async () => {
    const server = await serve(
      status(307, { location: '/elsewhere?a=1' }),
      status(200),
      status(301, { location: '/x' }),
    );
    const { send } = setup(server, { maxRedirects: 2 });
    expect((await send({ headers: { 'x-token': 'one' } })).status).toBe(200);
    expect([server.requests[1]?.url, server.requests[1]?.headers['x-token']]).toEqual(['/elsewhere?a=1', 'one']);
    expect((await send()).status).toBe(301);
    expect(server.requests).toHaveLength(5);
  });

  test('to another server, or of a request that writes, is never followed', async () => {
    const other = await serve(status(200));
    for (const location of [other.url, other.url.replace('http://', 'http://user:password@'), 'ftp://x', 'http://[']) {
      const server = await serve(status(302, { location }));
      expect((await setup(server, { maxRedirects: 5 }).send({ headers: { 'x-token': MARKER } })).status).toBe(302);
    }
    const same = await serve(status(307, { location: '/elsewhere' }));
    expect((await setup(same, { maxRedirects: 5 }).send({ method: 'POST' })).status).toBe(307);
    expect([other.requests.length, same.requests.length]).toEqual([0, 1]);
  });
});

describe('again', () => {
  /** Lets time pass until the answer is there, and says how much of it passed. */
  async function elapsed<T>(clock: TestClient['clock'], answer: Promise<T>): Promise<{ result: T; ms: number }> {
    const start = clock.monotonic();
    let result: { value: T } | undefined;
    void answer.then((value) => (result = { value }));
    await eventually(async () => {
      if (!result) await clock.advance(100);
      expect(result).toBeDefined();
    });
    return { result: result!.value, ms: clock.monotonic() - start };
  }

  test('after a status that passes, with growing pauses', async () => {
    const server = await serve(status(503), status(502), status(200));
    const { send, clock } = setup(server);
    const { result } = await elapsed(clock, send());
    expect([result.status, server.requests.length]).toEqual([200, 3]);
  });

  test('the last answer is the answer', async () => {
    const server = await serve(status(503));
    const { send, clock } = setup(server, { retry: { attempts: 2 } });
    expect((await elapsed(clock, send())).result.status).toBe(503);
    expect(server.requests).toHaveLength(2);
  });

  test('after a connection that was lost', async () => {
    const server = await serve((request) => void request.socket.destroy(), status(200));
    const { send, clock } = setup(server);
    expect((await elapsed(clock, send())).result.status).toBe(200);
  });

  test('no earlier than the server asks for', async () => {
    const server = await serve(status(429, { 'retry-after': '7' }), status(200));
    const { send, clock } = setup(server);
    const answer = send();
    await eventually(() => expect(server.requests).toHaveLength(1));
    await clock.advance(6_900);
    expect(server.requests).toHaveLength(1);
    expect((await elapsed(clock, answer)).result.status).toBe(200);
  });

  test('not at all where the server asks for longer than is waited; the answer says how long', async () => {
    const server = await serve(status(429, { 'retry-after': '11' }));
    const answer = await setup(server).send();
    expect([answer.status, answer.retryAfterMs, server.requests.length]).toEqual([429, 11_000, 1]);
  });

  test('not what writes, unless it is said to do no harm or surely was not done', async () => {
    const server = await serve(status(503), status(503), status(200), status(429), status(200));
    const { send, clock } = setup(server);
    expect((await send({ method: 'POST' })).status).toBe(503);
    expect((await elapsed(clock, send({ method: 'POST', idempotent: true }))).result.status).toBe(200);
    expect((await elapsed(clock, send({ method: 'POST' }))).result.status).toBe(200);
    expect(server.requests).toHaveLength(5);
  });

  test('with the same body', async () => {
    const bodies: string[] = [];
    let count = 0;
    const server = await startServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text) => (body += String(text)));
      request.once('end', () => {
        bodies.push(body);
        response.writeHead(count++ === 0 ? 503 : 200).end();
      });
    });
    servers.push(server);
    const { send, clock } = setup(server);
    await elapsed(clock, send({ method: 'PUT', json: { a: 1 } }));
    expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
  });

  test('not after the caller gave up in a pause', async () => {
    const server = await serve(status(503));
    const { send } = setup(server);
    const caller = new AbortController();
    const answer = send({ signal: caller.signal });
    await eventually(() => expect(server.requests).toHaveLength(1));
    caller.abort(new Error('gave up'));
    await expect(answer).rejects.toThrow('gave up');
    expect(server.requests).toHaveLength(1);
  });
});

test('nothing stays behind on signals that outlive a request', async () => {
  const server = await serve(status(200), status(404), (request) => void request.socket.destroy(), never);
  const { send, failed, lifetime, clock } = setup(server, { retry: { attempts: 1 } });
  const caller = new AbortController();
  const count = (): number[] => [caller, lifetime].map(({ signal }) => getEventListeners(signal, 'abort').length);
  const before = count();
  for (let i = 0; i < 2; i++) await send({ signal: caller.signal });
  await failed({ signal: caller.signal });
  const hanging = failed({ signal: caller.signal });
  await eventually(() => expect(server.requests).toHaveLength(4));
  await clock.advance(10_000);
  await hanging;
  expect(count()).toEqual(before);
});
