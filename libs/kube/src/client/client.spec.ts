import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { ManualClock, Registry } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { issueServerIdentity } from '../testing/certificates.ts';
import { FaultServer, type ReceivedRequest, status } from '../testing/fault-server.ts';
import { configMaps, secrets } from '../resource/index.ts';
import type { KubeConnection } from '../connection/connection.ts';
import { KubeClient } from './client.ts';
import type { KubeClientOptions } from './options.ts';

const OBJECT = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'ns', resourceVersion: '1' } };
const REF = { namespace: 'ns', name: 'a' };

let server: FaultServer;
const clients: KubeClient[] = [];

beforeEach(async () => {
  server = await FaultServer.start((request) => request.json(200, OBJECT));
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.stop();
});

function connect(options: Partial<KubeClientOptions> = {}): KubeClient {
  const client = new KubeClient({ connection: server.connection(), ...options });
  clients.push(client);
  return client;
}

/** The first requests get these answers, the rest are answered rightly. */
function first(...answers: ((request: ReceivedRequest) => void)[]): void {
  server.handle = (request) => (answers.shift() ?? (() => request.json(200, OBJECT)))(request);
}

const refuse =
  (code: number, reason: string, headers: Record<string, string> = {}) =>
  (request: ReceivedRequest): void =>
    request.json(code, status(code, reason, `scripted ${reason}`), headers);

/** The first of many; the rest is not asked for. */
async function firstOf<T>(many: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of many) return one;
  return undefined;
}

describe('answers', () => {
  test.each<[httpStatus: number, reason: string, code: string, retryable: boolean]>([
    [400, 'BadRequest', 'BAD_REQUEST', false],
    [401, 'Unauthorized', 'UNAUTHORIZED', false],
    [403, 'Forbidden', 'FORBIDDEN', false],
    [404, 'NotFound', 'NOT_FOUND', false],
    [405, 'MethodNotAllowed', 'METHOD_NOT_ALLOWED', false],
    [409, 'AlreadyExists', 'ALREADY_EXISTS', false],
    [409, 'Conflict', 'CONFLICT', true],
    [410, 'Expired', 'GONE', true],
    [413, 'RequestEntityTooLarge', 'TOO_LARGE', false],
    [415, 'UnsupportedMediaType', 'UNSUPPORTED_MEDIA_TYPE', false],
    [422, 'Invalid', 'INVALID', false],
    [429, 'TooManyRequests', 'TOO_MANY_REQUESTS', true],
    [500, 'InternalError', 'SERVER_ERROR', true],
    [500, 'ServerTimeout', 'TIMEOUT', true],
    [503, 'ServiceUnavailable', 'SERVER_ERROR', true],
    [504, 'Timeout', 'TIMEOUT', true],
  ])('%d %s is %s', async (httpStatus, reason, code, retryable) => {
    server.handle = refuse(httpStatus, reason);
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({
      name: 'KubeError',
      code,
      status: httpStatus,
      reason,
      retryable,
      message: `scripted ${reason}`,
    });
  });

  test('the fields of an invalid object are kept', async () => {
    const causes = [{ field: 'spec.a', reason: 'FieldValueInvalid', message: 'Invalid value' }];
    server.handle = (request) => request.json(422, status(422, 'Invalid', 'no', { causes }));
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({ code: 'INVALID', causes });
  });

  test('an error that is no Status is told by its HTTP status', async () => {
    server.handle = ({ stream }) => {
      stream.respond({ ':status': 502, 'content-type': 'text/html' });
      stream.end('<html>');
    };
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({
      code: 'SERVER_ERROR',
      message: 'the API server answered GET /api/v1/namespaces/ns/configmaps/a with status 502',
    });
  });

  test('bytes that are no JSON are an error that does not quote them', async () => {
    server.handle = (request) => request.text(200, '{"data":{"password":"s3cret"');
    const failed = await connect()
      .get(secrets, REF)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'PROTOCOL', retryable: true });
    expect((failed as Error).message + String((failed as Error).cause)).not.toContain('s3cret');
  });

  test.each<[how: string, cut: (request: ReceivedRequest) => void]>([
    ['the stream', ({ stream }) => stream.destroy(new Error('cut'))],
    ['the session', ({ session }) => session.destroy()],
  ])('an answer that ends with %s is an error, not half an object', async (_how, cut) => {
    server.handle = (request) => {
      request.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      request.stream.write(JSON.stringify(OBJECT), () => setTimeout(() => cut(request), 10));
    };
    await expect(connect().update(configMaps, OBJECT)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test.each<[how: string, cut: (request: ReceivedRequest) => void]>([
    ['in the middle of a line', ({ stream }) => stream.end('{"type":"MODI')],
    ['with its stream reset', ({ stream }) => stream.destroy(new Error('cut'))],
    ['with its session', ({ session }) => session.destroy()],
  ])('a watch that ends %s is an error, after the events that came whole', async (_how, cut) => {
    const line = `${JSON.stringify({ type: 'ADDED', object: OBJECT })}\n`;
    server.handle = (request) => {
      request.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      request.stream.write(line, () => setTimeout(() => cut(request), 10));
    };
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { type } of connect().watch(configMaps, { resourceVersion: '1' })) seen.push(type);
    })();
    await expect(watching).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
    expect(seen).toEqual(['ADDED']);
  });

  test('a large answer in many pieces is whole', async () => {
    const big = { ...OBJECT, data: { v: 'ä'.repeat(3_000_000) } };
    server.handle = (request) => request.json(200, big);
    await expect(connect().get(configMaps, REF)).resolves.toEqual(big);
  });
});

describe('bounds', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const bytes =
    (count: number, type = 'application/json', status = 200) =>
    ({ stream }: ReceivedRequest): void => {
      stream.respond({ ':status': status, 'content-type': type });
      stream.end(Buffer.alloc(count, 'x'));
    };

  test('credentials that never come end with the request, and leave the client usable', async () => {
    let authorization: () => Promise<string> = never;
    const connection = server.connection({ authorization: () => authorization() });
    const client = connect({ connection, requestTimeoutMs: 100 });
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      message: expect.stringContaining('no credentials') as string,
    });
    authorization = () => Promise.resolve('Bearer x');
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
    authorization = never;
    const stop = new AbortController();
    const waiting = client.get(configMaps, REF, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('certificates that never come end with the request; closing does not wait for them', async () => {
    const client = connect({ connection: server.connection({ tls: never }), requestTimeoutMs: 100 });
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('no connection') as string,
    });
    await client.close();
  });

  test('certificates that never come are asked for again after half a minute', async () => {
    const clock = new ManualClock();
    const fine = server.connection();
    let read: () => ReturnType<KubeConnection['tls']> = never;
    const connection = server.connection({ tls: () => read() });
    const client = connect({ clock, connection, requestTimeoutMs: 3_600_000 });
    const failed = expect(client.get(configMaps, REF)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no certificates to connect with within 30000 ms') as string,
    });
    await clock.advance(30_000);
    await failed;
    read = () => fine.tls();
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
  });

  test('an answer that is too large is refused before it is whole', async () => {
    const client = connect({ maxResponseBytes: 1_000_000 });
    let sent = 0;
    server.handle = ({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      const more = (): void => {
        if (stream.destroyed) return;
        sent += 64_000;
        stream.write(Buffer.alloc(64_000, 'x'), more);
      };
      more();
    };
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({ code: 'TOO_LARGE', retryable: false });
    expect(sent).toBeLessThan(20_000_000);
    server.handle = bytes(1_000_000, 'text/plain');
    await expect(client.request('GET', '/metrics')).resolves.toHaveLength(1_000_000);
  });

  test('of an error that is too large, a part is read', async () => {
    server.handle = bytes(50_000_000, 'text/plain', 503);
    const first = firstOf(connect({ maxResponseBytes: 1_000 }).items(configMaps));
    await expect(first).rejects.toMatchObject({ code: 'SERVER_ERROR', status: 503 });
  });

  test.each<[string, number]>([
    ['a list', 200],
    ['an error', 503],
  ])('%s that pauses in the middle is given up', async (_what, httpStatus) => {
    server.handle = ({ stream }) => {
      stream.respond({ ':status': httpStatus, 'content-type': 'application/json' });
      stream.write('{"items":[{"metadata":{"name":"a"}},');
    };
    const items = connect({ requestTimeoutMs: 200 }).items(configMaps);
    const all = (async () => {
      for await (const item of items) expect(item).toMatchObject({ kind: 'object' });
    })();
    await expect(all).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('200 ms') as string });
  });

  test('a list that takes long but goes on is read to its end', async () => {
    server.handle = ({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      let left = 12;
      const more = (): void => {
        left -= 1;
        if (left === 0) stream.end('{"metadata":{"name":"z"}}],"metadata":{"resourceVersion":"7"}}');
        else stream.write(left === 11 ? '{"items":[' : '{"metadata":{"name":"a"}},', () => setTimeout(more, 50));
      };
      more();
    };
    const kinds: string[] = [];
    for await (const { kind } of connect({ requestTimeoutMs: 400 }).items(configMaps)) kinds.push(kind);
    expect(kinds).toEqual([...Array<string>(11).fill('object'), 'page']);
  });

  test.each([
    ['half of a list', '{"items":[{"metadata":{"name":"s3cret"}}'],
    ['an item without metadata', '{"items":[{"data":"s3cret"}],"metadata":{"resourceVersion":"1"}}'],
    ['an item that is not JSON', '{"items":[{"data":s3cret}],"metadata":{"resourceVersion":"1"}}'],
    ['a list without a version', '{"items":[{"metadata":{"name":"s3cret"}}],"metadata":{}}'],
  ])('%s is an error that does not quote it', async (_what, text) => {
    server.handle = (request) => request.text(200, text);
    const read = async (): Promise<void> => {
      for await (const { kind } of connect().items(secrets)) expect(kind).toBe('object');
    };
    const failed = await read().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'PROTOCOL', retryable: true });
    expect((failed as Error).message).not.toContain('s3cret');
  });

  test('what is too large in a watch or a list is named by its beginning', async () => {
    const big = { ...OBJECT, data: { v: 'x'.repeat(50_000) } };
    const client = connect({ maxObjectBytes: 10_000 });
    server.handle = (request) => request.text(200, `${JSON.stringify({ type: 'MODIFIED', object: big })}\n`);
    const watched = await firstOf(client.watch(configMaps, { resourceVersion: '1' }));
    expect(watched).toMatchObject({ type: 'OVERSIZED', ref: { namespace: 'ns', name: 'a' } });
    const nameless = { ...big, metadata: { annotations: { long: 'y'.repeat(50_000) }, ...OBJECT.metadata } };
    server.handle = (request) => request.json(200, { items: [nameless, OBJECT], metadata: { resourceVersion: '1' } });
    const listed = await firstOf(client.items(configMaps));
    expect(listed).toMatchObject({ kind: 'oversized', ref: undefined });
  });

  test('nobody waits longer than a minute because of an answer', async () => {
    server.handle = refuse(429, 'TooManyRequests', { 'retry-after': '86400' });
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({ retryAfterMs: 60_000 });
    server.handle = (request) =>
      request.json(429, status(429, 'TooManyRequests', 'later', { retryAfterSeconds: 86_400 }));
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe('a server that does not answer well', () => {
  test.each(['POST', 'PATCH', 'PUT', 'GET'] as const)('a refused stream is asked again once: %s', async (method) => {
    first(({ stream }) => stream.close(7));
    await expect(connect().request(method, '/x')).resolves.toEqual(OBJECT);
    expect(server.requests).toHaveLength(2);
  });

  test('a connection lost under a GET is asked again once, under a POST never', async () => {
    const client = connect();
    first(({ session }) => session.destroy());
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
    first(({ session }) => session.destroy());
    await expect(client.create(configMaps, OBJECT)).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  test('a connection that is lost each time is an error', async () => {
    server.handle = ({ session }) => session.destroy();
    await expect(connect().get(configMaps, REF)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(server.requests).toHaveLength(2);
  });

  test('429 and 503 with Retry-After are waited for; without it they are errors', async () => {
    const client = connect();
    first(
      refuse(429, 'TooManyRequests', { 'retry-after': '0' }),
      refuse(503, 'ServiceUnavailable', { 'retry-after': '0' }),
    );
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
    first(refuse(429, 'TooManyRequests', { 'retry-after': '0' }));
    await expect(client.create(configMaps, OBJECT)).resolves.toEqual(OBJECT);
    first(refuse(429, 'TooManyRequests'));
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    first(refuse(503, 'ServiceUnavailable', { 'retry-after': '0' }));
    await expect(client.create(configMaps, OBJECT)).rejects.toMatchObject({ code: 'SERVER_ERROR', retryAfterMs: 0 });
  });

  test('it is asked four times at most, and never waited for past the deadline', async () => {
    const client = connect({ requestTimeoutMs: 1_000 });
    server.handle = refuse(429, 'TooManyRequests', { 'retry-after': '0' });
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(server.requests).toHaveLength(4);
    server.handle = refuse(429, 'TooManyRequests', { 'retry-after': '60' });
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      retryAfterMs: 60_000,
    });
    expect(server.requests).toHaveLength(5);
  });

  test('no answer: an error at the deadline', async () => {
    server.handle = () => undefined;
    await expect(connect({ requestTimeoutMs: 50 }).get(configMaps, REF)).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
    });
  });

  test('half-open: requests under way fail by the unanswered PING, long before their deadline; the next one works', async () => {
    const client = connect({ pingIntervalMs: 50, pingTimeoutMs: 50 });
    await client.get(configMaps, REF);
    server.freeze();
    await expect(client.create(configMaps, OBJECT)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no answer to a PING within 50 ms') as string,
    });
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
  });

  test('a deadline that passes makes the connection be probed at once', async () => {
    const client = connect({ requestTimeoutMs: 50, pingIntervalMs: 3_600_000, pingTimeoutMs: 50 });
    await client.get(configMaps, REF);
    server.freeze();
    await expect(client.create(configMaps, OBJECT)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT));
  });

  test('a server that is down is UNREACHABLE at once, also before its deadline; when it is back, requests work', async () => {
    const client = connect({ requestTimeoutMs: 3_600_000 });
    await client.get(configMaps, REF);
    await server.down();
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    await server.up();
    await expect(client.get(configMaps, REF)).resolves.toEqual(OBJECT);
  });

  test('a handshake that nobody answers ends at the connect timeout', async () => {
    server.freeze('all');
    await expect(connect({ connectTimeoutMs: 50 }).get(configMaps, REF)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no TLS session within 50 ms') as string,
    });
  });
});

describe('who is at the other end', () => {
  test('TLS older than 1.2 is refused, whatever the process allows otherwise', async () => {
    const [version, ciphers] = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS];
    const identity = issueServerIdentity();
    const old = tls.createServer({
      ...identity,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    old.on('tlsClientError', () => undefined);
    old.listen(0, '127.0.0.1');
    await once(old, 'listening');
    const { port } = old.address() as AddressInfo;
    try {
      tls.DEFAULT_MIN_VERSION = 'TLSv1.1';
      tls.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
      // The control: this process would speak it.
      const control = tls.connect({ port, host: '127.0.0.1', ca: identity.cert });
      await once(control, 'secureConnect');
      expect(control.getProtocol()).toBe('TLSv1.1');
      control.destroy();
      const client = connect({
        connection: server.connection({
          server: new URL(`https://127.0.0.1:${port}`),
          tls: () => Promise.resolve({ ca: identity.cert }),
        }),
      });
      await expect(client.get(configMaps, REF)).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringMatching(/protocol version/i) as string,
      });
    } finally {
      [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] = [version, ciphers];
      await new Promise((resolve) => old.close(resolve));
    }
  });

  test('a certificate of an unknown authority, or of another name, is refused', async () => {
    const other = issueServerIdentity();
    const untrusted = connect({ connection: server.connection({ tls: () => Promise.resolve({ ca: other.cert }) }) });
    await expect(untrusted.get(configMaps, REF)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('self-signed certificate') as string,
    });
    const { ca } = await server.connection().tls();
    const misnamed = connect({
      connection: server.connection({ tls: () => Promise.resolve({ ...(ca && { ca }), servername: 'other.example' }) }),
    });
    await expect(misnamed.get(configMaps, REF)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('other.example') as string,
    });
    expect(server.requests).toHaveLength(0);
  });

  test('401: credentials are read again and the request is sent once more', async () => {
    const tokens = ['old', 'new'];
    let token = tokens.shift();
    const client = connect({
      connection: server.connection({
        authorization: () => `Bearer ${token}`,
        invalidateCredentials: () => (token = tokens.shift()),
      }),
    });
    server.handle = (request) => {
      if (request.headers.authorization === 'Bearer new') request.json(200, OBJECT);
      else refuse(401, 'Unauthorized')(request);
    };
    await expect(client.create(configMaps, OBJECT)).resolves.toEqual(OBJECT);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });
});

describe('ending', () => {
  test('an aborted request rejects with the reason of its signal and is reset on the wire', async () => {
    const client = connect();
    const stop = new AbortController();
    const reset = new Promise<number>((resolve) => {
      server.handle = ({ stream }) => {
        stream.once('close', () => resolve(stream.rstCode));
        stop.abort(new Error('enough'));
      };
    });
    await expect(client.get(configMaps, REF, { signal: stop.signal })).rejects.toThrow('enough');
    expect(await reset).toBe(8);
    await expect(client.get(configMaps, REF, { signal: stop.signal })).rejects.toThrow('enough');
    expect(server.requests).toHaveLength(1);
  });

  test('leaving the loop of a watch ends it on the wire; aborting it throws the reason', async () => {
    const client = connect();
    const opened: ReceivedRequest[] = [];
    server.handle = (request) => {
      opened.push(request);
      request.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      request.stream.write(`${JSON.stringify({ type: 'ADDED', object: OBJECT })}\n`);
    };
    for await (const event of client.watch(configMaps, { resourceVersion: '1' })) {
      expect(event).toEqual({ type: 'ADDED', object: OBJECT });
      break;
    }
    await eventually(() => expect(opened[0]?.stream.closed).toBe(true));

    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of client.watch(configMaps, { resourceVersion: '1', signal: stop.signal }))
        expect(event).toBeDefined();
    })();
    await eventually(() => expect(opened).toHaveLength(2));
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    await eventually(() => expect(opened[1]?.stream.closed).toBe(true));
  });

  test('close ends every connection, fails what is under way and refuses what comes after', async () => {
    const client = connect();
    const arrived = new Promise<void>((resolve) => (server.handle = () => resolve()));
    const hanging = client.create(configMaps, OBJECT);
    const failed = expect(hanging).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await arrived;
    await client.close();
    await failed;
    await expect(client.get(configMaps, REF)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await eventually(() => expect(server.connections).toBe(0));
  });
});

describe('sharing', () => {
  test('two hundred requests at once share a connection and its handshake', async () => {
    const client = connect();
    let links = 0;
    server.handle = (request) => {
      links = Math.max(links, server.connections);
      request.json(200, OBJECT);
    };
    await Promise.all(Array.from({ length: 80 }, () => client.get(configMaps, REF)));
    expect(links).toBe(1);
    await Promise.all(Array.from({ length: 400 }, () => client.get(configMaps, REF)));
    expect(links).toBeLessThanOrEqual(4);
  });

  test('a request that its connection has no room for waits; it can be given up, and is sent when there is room', async () => {
    const client = connect();
    const held: ReceivedRequest[] = [];
    server.handle = (request) => {
      held.push(request);
    };
    // All who wait for the same handshake share the connection, which takes a hundred.
    const all = Array.from({ length: 100 }, () => client.get(configMaps, REF));
    const stop = new AbortController();
    const given = client.get(configMaps, REF, { signal: stop.signal });
    const waiting = client.create(configMaps, OBJECT);
    await eventually(() => expect(held).toHaveLength(100));
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(held.map(({ method }) => method)).not.toContain('POST');
    for (const request of held.splice(0)) request.json(200, OBJECT);
    await Promise.all(all);
    await eventually(() => expect(held).toMatchObject([{ method: 'POST', body: JSON.stringify(OBJECT) }]));
    held[0]?.json(200, OBJECT);
    await expect(waiting).resolves.toEqual(OBJECT);
    expect(server.links).toBe(1);
  });

  test('one that waits for room until its deadline is late, and was never sent', async () => {
    const client = connect({ requestTimeoutMs: 2_000 });
    const methods: string[] = [];
    server.handle = ({ method }) => {
      methods.push(method);
    };
    const held = Array.from({ length: 100 }, () => client.get(configMaps, REF).catch((error: unknown) => error));
    const late = client.create(configMaps, OBJECT);
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    for (const one of held) expect(await one).toMatchObject({ code: 'TIMEOUT' });
    expect(methods).toEqual(Array(100).fill('GET'));
  });

  test('watches have a connection of their own', async () => {
    const client = connect();
    await client.get(configMaps, REF);
    server.handle = ({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
    };
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of client.watch(configMaps, { resourceVersion: '1', signal: stop.signal }))
        expect(event).toBeDefined();
    })();
    await eventually(() => expect(server.requests).toHaveLength(2));
    expect(server.connections).toBe(2);
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
  });

  test('a connection that is in use is not probed', async () => {
    const client = connect({ pingIntervalMs: 80 });
    await client.get(configMaps, REF);
    let pings = 0;
    server.requests[0]?.session.on('ping', () => (pings += 1));
    for (let i = 0; i < 20; i += 1) {
      await client.get(configMaps, REF);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(pings).toBe(0);
    await eventually(() => expect(pings).toBeGreaterThan(0));
  });

  test('an idle connection is probed again and again, and found out whenever it breaks', async () => {
    const client = connect({ pingIntervalMs: 40, pingTimeoutMs: 80 });
    await client.get(configMaps, REF);
    let pings = 0;
    server.requests[0]?.session.on('ping', () => (pings += 1));
    await eventually(() => expect(pings).toBeGreaterThanOrEqual(3));
    expect([server.links, client.isReachable()]).toEqual([1, true]);
    server.freeze();
    // Nobody asks for anything: the next probe finds it, and a new connection is made.
    await eventually(() => expect(server.links).toBe(2));
  });

  test('a connection told to go away takes no new request, and those on it finish', async () => {
    const client = connect();
    let answerSlow: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      server.handle = (request) => {
        answerSlow = () => request.json(200, OBJECT);
        resolve();
      };
    });
    const slow = client.get(configMaps, REF);
    await arrived;
    const [old] = server.requests;
    const goneAway = once(old!.session, 'close');
    old!.session.close();
    server.handle = (request) => request.json(200, OBJECT);
    await eventually(async () => {
      await client.get(configMaps, REF);
      expect(server.requests.at(-1)?.session).not.toBe(old!.session);
    });
    answerSlow();
    await expect(slow).resolves.toEqual(OBJECT);
    await goneAway;
  });
});

test('reachability follows the API server, also for a process that sends nothing', async () => {
  const client = connect();
  expect(client.isReachable()).toBe(false);
  await eventually(() => expect(client.isReachable()).toBe(true));
  expect(server.requests).toHaveLength(0);
  await server.down();
  await eventually(() => expect(client.isReachable()).toBe(false));
  await server.up();
  await eventually(() => expect(client.isReachable()).toBe(true));
});

test('a connection that ends in peace is replaced before anybody asks, and nobody is told the server was gone', async () => {
  const client = connect();
  await client.get(configMaps, REF);
  const [request] = server.requests;
  request!.session.close();
  await once(request!.session, 'close');
  await eventually(() => expect(server.links).toBe(2));
  expect(client.isReachable()).toBe(true);
});

test('a server that ends each connection at once is not dialled in a hot loop', async () => {
  const clock = new ManualClock();
  const client = connect({ clock });
  server.endNewConnections = true;
  client.isReachable();
  await clock.advance(0);
  await eventually(() => expect([server.links, server.connections]).toEqual([1, 0]));
  await clock.advance(999);
  expect(server.links).toBe(1);
  await clock.advance(1);
  await eventually(() => expect(server.links).toBe(2));
});

test('requests are counted by code, method and host', async () => {
  const registry = new Registry();
  const client = connect({ registry });
  first(refuse(404, 'NotFound'));
  await client.get(configMaps, REF).catch(() => undefined);
  await client.create(configMaps, OBJECT);
  await server.down();
  await client.create(configMaps, OBJECT).catch(() => undefined);
  const text = (await registry.metrics()).replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  expect(text.match(/^rest_client_requests_total.*$/gm)).toEqual([
    'rest_client_requests_total{code="404",method="GET",host="HOST"} 1',
    'rest_client_requests_total{code="200",method="POST",host="HOST"} 1',
    'rest_client_requests_total{code="<error>",method="POST",host="HOST"} 1',
  ]);
});

test.each([[''], ['.'], ['..']])('the name %j cannot reach another resource', (name) => {
  expect(() => connect().get(secrets, { namespace: 'ns', name })).toThrow(RangeError);
});

test('names are escaped', async () => {
  await connect().get(secrets, { namespace: 'ns', name: '../../nodes?x=1' });
  expect(server.requests[0]?.url.pathname).toBe('/api/v1/namespaces/ns/secrets/..%2F..%2Fnodes%3Fx%3D1');
});
