import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { listenHttp } from './http-listener.ts';
import type { Listener, ServerCertificate } from './listener-options.ts';
import { silentLogger } from './logger.ts';
import { Registry } from './metrics.ts';

let listener: Listener;
let registry: Registry;
beforeEach(async () => {
  registry = new Registry();
  listener = await listenHttp({
    name: 'sample',
    address: { host: '127.0.0.1', port: 0 },
    registry,
    logger: silentLogger,
    page: ({ path }) => {
      if (path === '/boom') throw new Error('boom');
      if (path === '/late-boom') return Promise.reject(new Error('boom'));
      return path === '/ok' ? { status: 200, type: 'text/plain', body: 'ok\n' } : undefined;
    },
  });
});
afterEach(() => listener.close());

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: listener.port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What comes back for bytes, until the listener closes or nothing more comes for a moment. */
async function answerTo(bytes: string | Uint8Array, waitMs = 5_000): Promise<string> {
  const socket = await open();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.setTimeout(waitMs, () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

async function refused(): Promise<Record<string, number>> {
  const values = (await registry.getSingleMetric('http_refused_requests_total')?.get())?.values ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['reason']), value]));
}

const request = (line: string, ...headers: string[]): string => [line, 'host: x', ...headers, '', ''].join('\r\n');
const last = 'connection: close';

test.each([
  ['GET //', '404', 'path'],
  ['GET //[', '404', 'path'],
  ['GET http://[', '404', 'path'],
  ['GET http://127.0.0.1:99999999/ok', '404', 'path'],
  ['GET /%', '404', 'path'],
  ['GET *', '404', 'path'],
  ['OPTIONS *', '405', 'method'],
  ['POST /ok', '405', 'method'],
  ['DELETE /ok', '405', 'method'],
  ['TRACE /ok', '405', 'method'],
  ['GET /boom', '500', 'failed'],
  ['GET /late-boom', '500', 'failed'],
])('%s is answered with %s and counted as %s', async (line, status, reason) => {
  expect(await answerTo(request(`${line} HTTP/1.1`, last))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(await refused()).toEqual({ [reason]: 1 });
});

test.each([
  ['a body', request('GET /ok HTTP/1.1', 'content-length: 3', last) + 'abc', 'HTTP/1.1 413', 'body'],
  ['a chunked body', request('GET /ok HTTP/1.1', 'transfer-encoding: chunked', last), 'HTTP/1.1 413', 'body'],
  ['an upgrade', request('GET /ok HTTP/1.1', 'connection: upgrade', 'upgrade: websocket'), '', 'upgrade'],
  ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n', '', 'upgrade'],
  ['an expectation', request('GET /ok HTTP/1.1', 'expect: 100-continue', last), 'HTTP/1.1 417', 'expect'],
  ['another expectation', request('GET /ok HTTP/1.1', 'expect: wonders', last), 'HTTP/1.1 417', 'expect'],
  ['no host', 'GET /ok HTTP/1.1\r\nconnection: close\r\n\r\n', 'HTTP/1.1 400', 'malformed'],
  ['large headers', request('GET /ok HTTP/1.1', `x: ${'a'.repeat(9_000)}`), 'HTTP/1.1 431', 'headers_too_large'],
  ['a TLS greeting', Buffer.from('16030100050100000100', 'hex'), 'HTTP/1.1 400', 'malformed'],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'HTTP/1.1 400', 'malformed'],
])('%s is refused and counted', async (_what, bytes, answer, reason) => {
  expect((await answerTo(bytes)).slice(0, answer.length || undefined)).toBe(answer);
  expect(await refused()).toEqual({ [reason]: 1 });
});

test('a request that never ends is cut off and counted', async () => {
  expect(await answerTo('GET /ok HTTP/1.1\r\nhost:', 20_000)).toMatch(/^HTTP\/1.1 408 /);
  expect(await refused()).toEqual({ timeout: 1 });
}, 30_000);

test('HEAD has the length and no body; requests in a row share a connection', async () => {
  const head = request('HEAD /ok HTTP/1.1');
  const answer = await answerTo(head + head + request('GET /ok HTTP/1.1', last));
  expect(answer.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
  expect(answer.match(/content-length: 3/g)).toHaveLength(3);
  expect(answer.match(/ok\n/g)).toHaveLength(1);
  expect(await refused()).toEqual({});
});

test('a thousand silent connections keep nobody out', async () => {
  const silent: Socket[] = [];
  for (let i = 0; i < 1_000; i++) silent.push(await open());
  try {
    expect(await answerTo(request('GET /ok HTTP/1.1', last))).toMatch(/^HTTP\/1.1 200 /);
    expect((await refused())['too_many_connections']).toBeGreaterThan(900);
  } finally {
    for (const socket of silent) socket.destroy();
  }
}, 30_000);

test('whatever bytes come, the next request is served', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  const line = fc.tuple(
    fc.constantFrom('GET', 'HEAD', 'POST', 'get', ''),
    text,
    fc.constantFrom('HTTP/1.1', 'HTTP/9', ''),
  );
  const message = fc.tuple(line, fc.array(text, { maxLength: 5 }), text);
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    message.map(([first, headers, body]) =>
      Buffer.from([first.join(' '), ...headers, '', body].join('\r\n'), 'latin1'),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 3 }), async (inputs) => {
      const socket = await open();
      for (const bytes of inputs) socket.write(bytes);
      socket.end();
      await once(socket.resume(), 'close');
      expect(await answerTo(request('GET /ok HTTP/1.1', last))).toMatch(/^HTTP\/1.1 200 /);
    }),
    { numRuns: 200, seed: 7 },
  );
}, 60_000);

describe('over TLS', () => {
  let tls: Listener;
  let release: (() => void)[];
  beforeEach(async () => {
    release = [];
    tls = await listenHttp({
      name: 'secure',
      address: { host: '127.0.0.1', port: 0 },
      registry,
      logger: silentLogger,
      tls: selfSigned(),
      admit: ({ authorization }) => Promise.resolve(authorization === undefined ? 'unauthorized' : 'admitted'),
      page: async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return { status: 200, type: 'text/plain', body: 'ok\n' };
      },
    });
  });
  afterEach(() => tls.close());

  const get = (headers: Record<string, string> = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: tls.port, headers, rejectUnauthorized: false, agent: false };
      httpsGet(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });

  test('who is not admitted gets no page, and is counted', async () => {
    expect(await get()).toBe(401);
    expect(release).toEqual([]);
    expect(await refused()).toEqual({ unauthorized: 1 });
  });

  test('what is no TLS is refused and counted', async () => {
    const socket = connect({ host: '127.0.0.1', port: tls.port });
    socket.on('error', () => undefined);
    socket.resume().write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'close');
    expect(await refused()).toEqual({ handshake: 1 });
  });

  test('connections that never speak drive out their own, not the one with a request under way', async () => {
    const served = get({ authorization: 'Bearer x' });
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const silent = await Promise.all(
      Array.from({ length: 80 }, async () => {
        const socket = connect({ host: '127.0.0.1', port: tls.port });
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        return socket;
      }),
    );
    while (((await refused())['too_many_connections'] ?? 0) < 17) await new Promise((resolve) => setImmediate(resolve));
    release[0]?.();
    expect(await served).toBe(200);
    for (const socket of silent) socket.destroy();
  });
});

/** A certificate and its key, made by openssl. */
function selfSigned(): ServerCertificate {
  const dir = mkdtempSync(join(tmpdir(), 'listener-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=listener', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}
