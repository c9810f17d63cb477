import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { ManualClock, systemClock } from '@eso/runtime';
import { LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '@eso/testing';
import { dial, type DialOptions } from './dial.ts';
import { TlsPeer } from './testing/peer.ts';

const run = promisify(execFile);
let lab: TlsLab;
let pair: LabKeyPair;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  pair = await lab.server();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => lab.remove());

async function listen(...options: Parameters<typeof TlsPeer.start>): Promise<TlsPeer> {
  const peer = await TlsPeer.start(...options);
  cleanups.push(() => peer.stop());
  return peer;
}

/** The version that was spoken, or the code of the failure. */
async function outcome(peer: TlsPeer, options: Partial<DialOptions> = {}): Promise<string> {
  const socket = dial({
    address: peer.address,
    serverName: LAB_SERVER_NAME,
    credentials: { ca: lab.authority.certificate },
    clock: systemClock,
    ...options,
  });
  return new Promise((resolve) => {
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test.each([
  ['TLSv1.3', undefined, 'TLSv1.3'],
  ['TLSv1.2', undefined, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  ['TLSv1.2', 'TLSv1.2', 'TLSv1.2'],
  ['TLSv1.1', 'TLSv1.2', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
] as const)(
  'a peer of %s, with a floor of %s: %s, whatever the process allows otherwise',
  async (version, floor, said) => {
    const peer = await listen(pair, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    const [least, ciphers] = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS];
    try {
      tls.DEFAULT_MIN_VERSION = 'TLSv1.1';
      tls.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
      expect(await outcome(peer, floor && { minVersion: floor })).toBe(said);
    } finally {
      [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] = [least, ciphers];
    }
  },
);

test('the name that was given is verified, else the host that was dialled, be it an address', async () => {
  const peer = await listen(pair);
  expect(await outcome(peer)).toBe('TLSv1.3');
  expect(await outcome(peer, { serverName: 'other.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await outcome(peer, { serverName: '127.0.0.1' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await outcome(peer, { serverName: undefined })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('our certificate is shown; one of a peer that was revoked is refused', async () => {
  const client = await lab.client();
  const peer = await listen(pair, { requestCert: true, ca: client['ca.crt'] });
  const credentials = { ca: pair['ca.crt'], cert: client['tls.crt'], key: client['tls.key'] };
  expect(await outcome(peer, { credentials, minVersion: 'TLSv1.2' })).toBe('TLSv1.3');
  const socket = dial({ address: peer.address, serverName: LAB_SERVER_NAME, credentials, clock: systemClock });
  await once(socket, 'secureConnect');
  await waitFor(() => peer.sockets.some((one) => one.authorized));
  socket.destroy();
  const crl = await lab.crl([pair]);
  expect(await outcome(peer, { credentials: { ...credentials, crl } })).toBe('CERT_REVOKED');
});

test.each([
  ['otherAuthority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['otherIdentity', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [undefined, 'connected'],
] as const)(
  'NODE_TLS_REJECT_UNAUTHORIZED=0 lets a peer with fault %s in no more than without it',
  async (fault, said) => {
    const peer = await listen(await lab.server(fault === undefined ? {} : { fault }));
    const script = `
    import { dial } from ${JSON.stringify(new URL('./dial.ts', import.meta.url).href)};
    import { systemClock } from '@eso/runtime';
    const socket = dial({
      address: ${JSON.stringify(peer.address)},
      serverName: ${JSON.stringify(LAB_SERVER_NAME)},
      credentials: { ca: ${JSON.stringify(lab.authority.certificate)} },
      clock: systemClock,
    });
    const end = (text) => { process.stdout.write(text, () => process.exit()); };
    socket.once('secureConnect', () => end('connected'));
    socket.once('error', (error) => end(error.code));
  `;
    const args = ['--conditions=@eso/source', '--input-type=module', '--eval', script];
    const env = { ...process.env, NODE_OPTIONS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout } = await run(process.execPath, args, { env, cwd: import.meta.dirname, timeout: 30_000 });
    expect(stdout).toBe(said);
  },
);

test.each([undefined, 2_000])(
  'a peer that accepts and says nothing is given up after %p ms, 10 s by default',
  async (timeoutMs) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const clock = new ManualClock();
    const { port } = silent.address() as AddressInfo;
    const socket = dial({
      address: { host: '127.0.0.1', port },
      credentials: {},
      clock,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    let failure: unknown;
    socket.once('error', (error) => (failure = error));
    await once(socket, 'connect');
    await clock.advance((timeoutMs ?? 10_000) - 1);
    expect(failure).toBeUndefined();
    await clock.advance(1);
    expect(failure).toMatchObject({
      code: 'ESO_CONNECT_TIMEOUT',
      awaited: 'handshake',
      timeoutMs: timeoutMs ?? 10_000,
    });
    for (const open of sockets) open.destroy();
    silent.close();
    await once(silent, 'close');
  },
);

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
