import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import { IDLE_KIND } from '../testing/idle-kind.ts';

let lab: TlsLab;
let provider: TestProvider;
let core: ConnectionOptions;

beforeAll(async () => {
  lab = await TlsLab.create();
  const pair = await lab.client();
  core = {
    host: '127.0.0.1',
    servername: LAB_SERVER_NAME,
    ca: lab.authority.certificate,
    cert: pair['tls.crt'],
    key: pair['tls.key'],
  };
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [IDLE_KIND] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(pair),
      serverName: LAB_SERVER_NAME,
    },
    limits: { concurrentStreams: 7 },
  });
});

afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

/** How a handshake ended: the protocol agreed on, or the error's code. */
async function handshake(options: ConnectionOptions): Promise<string> {
  const socket = connect({ ...core, port: provider.port, ...options });
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol() ?? ''} ${String(socket.alpnProtocol)}`;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    socket.destroy();
  }
}

/** Everything that comes back for a text, until the peer closes. */
async function answerTo(socket: TLSSocket | ReturnType<typeof connectTcp>, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

test('speaks HTTP/2 over TLS 1.3', async () => {
  expect(await handshake({ ALPNProtocols: ['h2'] })).toBe('TLSv1.3 h2');
});

test('refuses TLS 1.2', async () => {
  expect(await handshake({ ALPNProtocols: ['h2'], maxVersion: 'TLSv1.2' })).toBe(
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  );
});

test('refuses HTTP/1.1 by name', async () => {
  expect(await handshake({ ALPNProtocols: ['http/1.1'] })).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
});

test('refuses HTTP/1.1 that does not say what it is', async () => {
  const socket = connect({ ...core, port: provider.port });
  await once(socket, 'secureConnect');
  const answer = await answerTo(socket, `GET / HTTP/1.1\r\nhost: ${LAB_SERVER_NAME}\r\n\r\n`);
  expect(answer).not.toContain('200');
});

test.each([
  ['HTTP/2 in plain text', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/1.1 in plain text', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
])('refuses %s', async (_what, text) => {
  const answer = await answerTo(connectTcp({ host: '127.0.0.1', port: provider.port }), text);
  // A TLS alert at most (content type 21), never a frame or a status line.
  expect(answer === '' || answer.startsWith('\x15')).toBe(true);
});

test('an HTTP/2 client in plain text never gets a call through', async () => {
  const session = connectHttp2(`http://127.0.0.1:${provider.port}`);
  session.on('error', () => undefined);
  const stream = session.request({ ':method': 'POST', ':path': '/grpc.health.v1.Health/Check' });
  const answers: unknown[] = [];
  stream.on('error', () => undefined);
  stream.on('response', (headers) => answers.push(headers));
  await once(session, 'close');
  expect(answers).toEqual([]);
});

test('resumes no TLS session: each connection is judged by its own handshake', async () => {
  const first = connect({ ...core, port: provider.port, ALPNProtocols: ['h2'] });
  const tickets: Buffer[] = [];
  first.on('session', (ticket: Buffer) => tickets.push(ticket));
  await once(first, 'secureConnect');
  await once(first, 'data');
  first.destroy();
  for (const session of tickets) {
    const second = connect({ ...core, port: provider.port, ALPNProtocols: ['h2'], session });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  }
});

test('limits the calls in flight on one connection', async () => {
  const session = connectHttp2(`https://127.0.0.1:${provider.port}`, core);
  const [settings] = (await once(session, 'remoteSettings')) as [{ maxConcurrentStreams: number }];
  expect(settings.maxConcurrentStreams).toBe(7);
  session.close();
});

test('tells a client of another name than the certificate that it is at the wrong address', async () => {
  expect(await handshake({ servername: 'provider-other.provider-fake.svc' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('garbage on an accepted connection ends that connection alone', async () => {
  const socket = connect({ ...core, port: provider.port, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  await answerTo(socket, `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'\xff'.repeat(64)}`);
  expect((await provider.client.health.check({})).status).toBe(1);
});

test('a request whose path is no URL gets a status all the same', async () => {
  const session = connectHttp2(`https://127.0.0.1:${provider.port}`, core);
  const stream = session.request({ ':method': 'POST', ':path': '//[' });
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  expect(headers['grpc-status']).toBe('12');
  session.destroy();
});

test('what never became a call is counted, by reason', async () => {
  const before = await provider.registry.metrics();
  await answerTo(connectTcp({ host: '127.0.0.1', port: provider.port }), 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const socket = connect({ ...core, port: provider.port, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  await answerTo(socket, `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'\xff'.repeat(64)}`);
  const session = connectHttp2(`https://127.0.0.1:${provider.port}`, core);
  await once(session.request({ ':method': 'POST', ':path': '/no.Such/Method' }), 'response');
  session.destroy();
  for (const reason of ['handshake', 'session', 'method'])
    await eventually(async () =>
      expect(refusals(await provider.registry.metrics(), reason)).toBeGreaterThan(refusals(before, reason)),
    );
});

function refusals(metrics: string, reason: string): number {
  return Number(new RegExp(`^grpc_server_refused_total\\{reason="${reason}"\\} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
}

test('keeps no more connections than its limit: the oldest one without a call gives its place to a new one', async () => {
  const clientDir = await lab.directory(await lab.client());
  const serverDir = await lab.directory(await lab.server());
  const small = await startTestProvider({
    definition: { name: 'probe', kinds: [IDLE_KIND] },
    tls: { serverDir, clientDir, serverName: LAB_SERVER_NAME },
    limits: { connections: 2 },
  });
  const dial = async (): Promise<ClientHttp2Session> => {
    const session = connectHttp2(`https://127.0.0.1:${small.port}`, core).on('error', () => undefined);
    await once(session, 'remoteSettings');
    return session;
  };
  const [busy, idle] = [await dial(), await dial()];
  try {
    const watch = busy.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
    });
    watch.on('error', () => undefined).end(Buffer.alloc(5));
    await once(watch, 'data');
    const third = await dial();
    if (!idle.closed) await once(idle, 'close');
    expect([busy.closed, third.closed]).toEqual([false, false]);
    third.destroy();
  } finally {
    busy.destroy();
    await small.stop();
  }
});
