/** What the HTTP client trusts and shows, against real servers. */
import { execFile, spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, type LabKeyPair, TlsLab } from '@eso/testing';
import { ProviderError } from '../../contract/provider-error.ts';
import type { HttpTls } from './http-options.ts';
import { type LocalServer, startServer, testClient } from './testing/local-server.ts';

const signal = new AbortController().signal;
const request = { operation: 'ReadSecret', path: '/v1/secret', signal } as const;
let lab: TlsLab;
let good: LabKeyPair;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  good = await lab.server();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => lab.remove());

async function serve(...args: Parameters<typeof startServer>): Promise<LocalServer> {
  const server = await startServer(...args);
  stops.push(server.stop);
  return server;
}

/** `openssl s_server`, which answers every request with a page. */
async function opensslServer(args: readonly string[]): Promise<{ url: string }> {
  const dir = await lab.directory(good);
  const files = ['-cert', join(dir, 'tls.crt'), '-key', join(dir, 'tls.key'), '-CAfile', join(dir, 'ca.crt')];
  const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-www', ...files, ...args]);
  const ended = once(server, 'exit');
  stops.push(() => {
    server.kill('SIGKILL');
    return ended;
  });
  for await (const line of server.stdout.setEncoding('utf8')) {
    const [, port] = /^ACCEPT 127\.0\.0\.1:(\d+)/m.exec(String(line)) ?? [];
    if (port) return { url: `https://127.0.0.1:${port}` };
  }
  throw new Error('openssl did not start');
}

function tlsOf({ socket }: IncomingMessage): TLSSocket {
  if (socket instanceof TLSSocket) return socket;
  throw new Error('no TLS');
}

const hello: Parameters<typeof startServer>[0] = (_request, response) => void response.end('hello');

async function failure(server: { url: string }, tls: HttpTls | undefined, attempts = 1): Promise<ProviderError> {
  const { client, lifetime } = testClient(server, tls, { field: 'spec.server', retry: { attempts } });
  const error = await client.request(request).then(
    () => new ProviderError('INTERNAL', 'it answered'),
    (thrown: unknown) => ProviderError.from(thrown),
  );
  lifetime.abort();
  return error;
}

test('a private authority is trusted in place of the public ones', async () => {
  const server = await serve(hello, good);
  const { client, lifetime } = testClient(server, { ca: good['ca.crt'] });
  expect((await client.request(request)).text()).toBe('hello');
  lifetime.abort();
  const untrusted = { code: 'BACKEND_UNAVAILABLE', retryable: false, field: 'spec.server' };
  for (const ca of [undefined, lab.otherAuthority.certificate]) {
    const error = await failure(server, { ca }, 3);
    expect(error).toMatchObject(untrusted);
    expect(error.publicMessage).toContain(`${server.host} shows a certificate that no trusted authority has signed [`);
    expect(error.nextStep).toContain('caBundle');
  }
  // Nothing of it passes by itself, so that it is not tried again.
  expect(server.connections()).toBe(3);
});

test.each<[string, Parameters<TlsLab['server']>[0], string]>([
  ['expired', { fault: 'expired' }, 'not valid at this time [CERT_HAS_EXPIRED]'],
  ['notYetValid', { fault: 'notYetValid' }, 'not valid at this time [CERT_NOT_YET_VALID]'],
  ['for another name', { fault: 'otherIdentity' }, 'for another name [ERR_TLS_CERT_ALTNAME_INVALID]'],
  ['self-signed', { fault: 'selfSigned' }, 'no trusted authority has signed ['],
  ["a client's", { fault: 'wrongUsage' }, 'no trusted authority has signed [INVALID_PURPOSE]'],
])('a certificate that is %s is refused', async (_what, fault, problem) => {
  const server = await serve(hello, await lab.server(fault));
  const error = await failure(server, { ca: lab.authority.certificate });
  expect([error.code, error.publicMessage]).toEqual(['BACKEND_UNAVAILABLE', expect.stringContaining(problem)]);
  expect(server.requests).toEqual([]);
});

test('without a name of its own, the host of the URL is what a certificate has to carry', async () => {
  const server = await serve(hello, good);
  const error = await failure(server, { ca: good['ca.crt'], serverName: undefined });
  expect(error.publicMessage).toContain('for another name');
});

test('nothing in the environment switches verification off', async () => {
  const server = await serve(hello, await lab.server({ fault: 'selfSigned' }));
  const program = `
    import { createHttpClient } from '${new URL('./http-client.ts', import.meta.url).href}';
    import { silentLogger, systemClock } from '@eso/runtime';
    const lifetime = new AbortController();
    const context = { clock: systemClock, logger: silentLogger, metrics: { track: (_c, run) => run() }, lifetime: lifetime.signal };
    const client = createHttpClient({ baseUrl: process.argv[1], proxy: 'none' }, context);
    const said = await client.request({ operation: 'x', signal: lifetime.signal }).then(() => 'answered', (e) => e.publicMessage);
    process.stdout.write(said);
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=@eso/source',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      program,
      server.url,
    ],
    { env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' }, cwd: import.meta.dirname },
  );
  expect(stdout).toContain('no trusted authority has signed');
});

describe('a server that demands a client certificate', () => {
  const mutual = { requestCert: true, rejectUnauthorized: true };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('gets it, over %s', async (maxVersion) => {
    const server = await serve(
      (incoming, response) => {
        const socket = tlsOf(incoming);
        response.end(`${String(socket.getProtocol())} ${String(socket.getPeerCertificate().subject.CN)}`);
      },
      good,
      { ...mutual, maxVersion },
    );
    const own = await lab.client();
    const clientCertificate = { cert: own['tls.crt'], key: Buffer.from(own['tls.key']) };
    const { client, lifetime } = testClient(server, { ca: good['ca.crt'], clientCertificate });
    expect((await client.request(request)).text()).toBe(`${maxVersion} core`);
    lifetime.abort();
  });

  test('and gets none says so', async () => {
    const server = await serve(hello, good, mutual);
    const none = await failure(server, { ca: good['ca.crt'] });
    expect([none.code, none.publicMessage]).toEqual([
      'CREDENTIALS_REJECTED',
      `${server.host} demands a client certificate [ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED]`,
    ]);
  });

  test('and gets a foreign one says so', async () => {
    // OpenSSL's own server answers with the alert that Node's leaves out.
    const server = await opensslServer(['-Verify', '1', '-verify_return_error']);
    const foreign = await lab.client({ fault: 'otherAuthority' });
    const clientCertificate = { cert: foreign['tls.crt'], key: foreign['tls.key'] };
    const error = await failure(server, { ca: good['ca.crt'], clientCertificate });
    expect([error.code, error.publicMessage]).toEqual([
      'CREDENTIALS_REJECTED',
      expect.stringContaining('does not accept the client certificate'),
    ]);
  });

  test('sees a replaced one at the next request, and the old connection goes', async () => {
    const server = await serve(
      (incoming, response) => void response.end(tlsOf(incoming).getPeerX509Certificate()?.serialNumber),
      good,
      mutual,
    );
    const pairs = [await lab.client(), await lab.client()] as const;
    let current: LabKeyPair = pairs[0];
    const { client, lifetime } = testClient(server, undefined, {
      tls: () =>
        Promise.resolve({
          ca: good['ca.crt'],
          serverName: 'provider-fake.provider-fake.svc',
          clientCertificate: { cert: current['tls.crt'], key: current['tls.key'] },
        }),
    });
    const shown = async () => (await client.request(request)).text();
    const first = await shown();
    expect(await shown()).toBe(first);
    expect(server.connections()).toBe(1);
    current = pairs[1];
    expect(await shown()).not.toBe(first);
    await eventually(() => expect(server.open()).toBe(1));
    lifetime.abort();
  });
});

test.each([
  ['a key of another certificate', async () => ({ cert: good['tls.crt'], key: (await lab.client())['tls.key'] })],
  ['what is no PEM', () => Promise.resolve({ cert: 'hunter2-marker', key: 'hunter2-marker' })],
])('%s is refused before anything is sent', async (_what, material) => {
  const server = await serve(hello, good);
  const error = await failure(server, { ca: good['ca.crt'], clientCertificate: await material() });
  expect(error.code).toBe('CREDENTIALS_UNUSABLE');
  expect(error.publicMessage).not.toContain('hunter2');
  expect(server.connections()).toBe(0);
});

test('a server with nothing newer than TLS 1.1', async () => {
  const server = await serve(hello, good, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const error = await failure(server, { ca: good['ca.crt'] });
  expect(error.publicMessage).toContain('has no TLS version of 1.2 or later');
});

test('https to a port that speaks plain HTTP, and the other way round', async () => {
  const plain = await serve(hello);
  const error = await failure({ url: plain.url.replace('http:', 'https:') }, { ca: good['ca.crt'] });
  expect(error.publicMessage).toContain(`${plain.host} does not speak TLS [`);
  const secure = await serve(hello, good);
  const other = await failure({ url: secure.url.replace('https:', 'http:') }, undefined);
  expect(other.publicMessage).toMatch(/answers with what is not HTTP|closed the connection/);
});

test('a server that never shakes hands costs one connection for five seconds', async () => {
  const sockets: Socket[] = [];
  const silent: Server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
  });
  const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const { client, clock, lifetime } = testClient({ url: `https://${host}` }, {}, { retry: { attempts: 1 } });
  const answer = client.request(request).catch((error: unknown) => error);
  await eventually(() => expect(sockets).toHaveLength(1));
  await clock.advance(5_000);
  expect(await answer).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    publicMessage: `${host} cannot be reached: no connection within 5000 ms`,
  });
  const [socket] = sockets;
  socket?.resume();
  await eventually(() => expect(socket?.readableEnded || socket?.destroyed).toBe(true));
  lifetime.abort();
});
