// What whoever can reach a provider's port can do to it, without a certificate that it accepts; and what no process starts with.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, type ConnectionOptions } from 'node:tls';
import { bundlePath, eventually, LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '@eso/testing';

/** A connection of a client that is not accepted lives some seconds; a busy machine takes longer for 512 handshakes. */
const GONE_MS = 60_000;
const MIB = 1024;

let lab: TlsLab;
let core: LabKeyPair;
let provider: ChildProcess;
let port: number;
const peers: Socket[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  core = await lab.client();
});
afterAll(() => lab.remove());

/** A provider without a cluster: it listens, and says that it is not healthy. */
async function startProvider(): Promise<void> {
  const dir = await lab.directory(await lab.server());
  const kubeconfig = join(dir, 'kubeconfig');
  const cluster = {
    name: 'c',
    cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': join(dir, 'ca.crt') },
  };
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const users = [{ name: 'u', user: { token: 'none' } }];
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [cluster],
      contexts: [context],
      users,
      'current-context': 'c',
    }),
  );
  const flags = [
    '--listen=127.0.0.1:0',
    '--metrics-addr=127.0.0.1:0',
    '--health-addr=127.0.0.1:0',
    `--cert-dir=${dir}`,
  ];
  provider = spawn(process.execPath, [bundlePath('provider-fake'), ...flags, `--kubeconfig=${kubeconfig}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  createInterface({ input: provider.stdout! }).on('line', (line) => {
    const { msg, port: listening } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'listening') resolve(listening ?? 0);
  });
  port = await promise;
}

async function stopProvider(): Promise<void> {
  for (const peer of peers.splice(0)) peer.destroy();
  const ended = once(provider, 'exit');
  provider.kill('SIGKILL');
  await ended;
}

const address = (): ConnectionOptions & { readonly allowHalfOpen: boolean } => ({
  host: '127.0.0.1',
  port,
  servername: LAB_SERVER_NAME,
  ca: lab.authority.certificate,
  ALPNProtocols: ['h2'],
  allowHalfOpen: true,
});

/** A client that never closes its side; with what it sends once it is connected. */
async function stranger(bytes?: Uint8Array): Promise<Socket> {
  const socket = connect(address());
  peers.push(socket);
  socket.on('error', () => undefined).resume();
  if (bytes) socket.once('secureConnect', () => socket.write(bytes));
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]);
  return socket;
}

/** Core: connects anew and asks for the health, which any answer of gRPC's shows. */
async function coreIsServed(): Promise<void> {
  const session: ClientHttp2Session = connectHttp2(`https://127.0.0.1:${port}`, {
    servername: LAB_SERVER_NAME,
    ca: lab.authority.certificate,
    cert: core['tls.crt'],
    key: core['tls.key'],
  });
  try {
    const status = new Promise<unknown>((resolve, reject) => {
      session.once('error', reject).once('close', () => reject(new Error('closed')));
      const stream = session.request({
        ':method': 'POST',
        ':path': '/grpc.health.v1.Health/Check',
        'content-type': 'application/grpc',
      });
      stream.on('error', reject).once('trailers', (trailers) => resolve(trailers['grpc-status']));
      stream.resume().end(Buffer.alloc(5));
    });
    expect(await status).toBe('0');
  } finally {
    session.destroy();
  }
}

/** Sockets that the process has open. */
async function openSockets(): Promise<number> {
  const dir = `/proc/${String(provider.pid)}/fd`;
  const targets = await Promise.all((await readdir(dir)).map((fd) => readlink(join(dir, fd)).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Most memory that the process ever had, KiB. */
async function peakKib(): Promise<number> {
  const status = await readFile(`/proc/${String(provider.pid)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
}

describe('a provider among strangers', () => {
  beforeEach(startProvider);
  afterEach(stopProvider);

  test('512 silent TLS clients without a certificate that never close their side: core gets in, and they are dropped', async () => {
    await coreIsServed();
    const before = await openSockets();
    for (let i = 0; i < 16; i += 1) await Promise.all(Array.from({ length: 32 }, () => stranger()));
    await coreIsServed();
    await eventually(async () => expect(await openSockets()).toBeLessThanOrEqual(before), { timeoutMs: GONE_MS });
    await coreIsServed();
  });

  test('a thousand TCP connections without a handshake: core gets in, and they are dropped', async () => {
    await coreIsServed();
    const before = await openSockets();
    const silent = Array.from({ length: 1_000 }, () => connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true }));
    peers.push(...silent);
    for (const socket of silent) socket.on('error', () => undefined).resume();
    await Promise.all(silent.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    await coreIsServed();
    await eventually(async () => expect(await openSockets()).toBeLessThanOrEqual(before), { timeoutMs: GONE_MS });
  });

  test('floods of calls given up at once, without a certificate: memory stays, and core is served beside them', async () => {
    await coreIsServed();
    const before = await peakKib();
    const flood = rapidReset(3_000);
    for (let round = 0; round < 8; round += 1) {
      await Promise.all(Array.from({ length: 64 }, () => stranger(flood)));
      await coreIsServed();
    }
    expect((await peakKib()) - before).toBeLessThan(48 * MIB);
  });
});

describe.each(['core', 'cert-manager-controller', 'provider-aws', 'provider-fake'])('%s does not start', (app) => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of certificates off',
    ],
    [{ NODE_OPTIONS: '--tls-max-v1.2' }, "Node's flags do not allow TLS 1.3"],
  ])('with %j', async (env, message) => {
    const child = spawn(process.execPath, [bundlePath(app)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

/** HTTP/2 by hand: so many calls, each with its reset (RFC 9113 §6.2, §6.4; CVE-2023-44487). */
function rapidReset(calls: number): Buffer {
  const frame = (type: number, flags: number, stream: number, payload: readonly number[]): number[] => [
    ...[payload.length >> 16, payload.length >> 8, payload.length, type, flags],
    ...[stream >> 24, stream >> 16, stream >> 8, stream],
    ...payload,
  ];
  // :method POST, :scheme https, :path / of the static table (RFC 7541, appendix A).
  const block = [0x83, 0x87, 0x84];
  const frames = Array.from({ length: calls }, (_, i) => 2 * i + 1).flatMap((id) => [
    ...frame(1, 0x4, id, block),
    ...frame(3, 0, id, [0, 0, 0, 8]),
  ]);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from([...frame(4, 0, 0, [])]),
    Buffer.from(frames),
  ]);
}
