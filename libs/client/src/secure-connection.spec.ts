import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';
import { CertificateDirectory, classifyTlsError } from '@eso/api/tls';
import { systemClock } from '@eso/runtime';
import { LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '@eso/testing';
import { connectSecurely } from './secure-connection.ts';

const run = promisify(execFile);
let lab: TlsLab;
let clientDir: string;
const servers: Server[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  clientDir = await lab.directory(await lab.client());
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => lab.remove());

/** A TLS server; its port, and the versions that were spoken with it. */
async function listen(pair: LabKeyPair, options: TlsOptions = {}): Promise<{ port: number; spoken: unknown[] }> {
  const spoken: unknown[] = [];
  const server = createServer({ cert: pair['tls.crt'], key: pair['tls.key'], ALPNProtocols: ['h2'], ...options });
  server.on('secureConnection', (socket) => {
    spoken.push(socket.getProtocol());
    socket.on('error', () => undefined).end();
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, spoken };
}

/** `connected`, or the code of the failure. */
async function outcome(port: number): Promise<string> {
  const certificates = await CertificateDirectory.open({ dir: clientDir });
  const address = { host: '127.0.0.1', port };
  const material = certificates.current();
  certificates.close();
  if (!material) throw new Error('no certificate');
  const socket = connectSecurely({ address, serverName: LAB_SERVER_NAME, material, clock: systemClock });
  return new Promise((resolve) => {
    socket.once('secureConnect', () => {
      resolve('connected');
      socket.destroy();
    });
    socket.once('error', (error) => resolve(classifyTlsError(error)?.code ?? 'other'));
  });
}

test('TLS 1.3 and nothing older is spoken', async () => {
  const pair = await lab.server();
  const current = await listen(pair);
  expect(await outcome(current.port)).toBe('connected');
  const old = await listen(pair, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  expect(await outcome(old.port)).toBe('TLS_FAILED');
  expect(old.spoken).toEqual([]);
});

test.each([
  ['otherAuthority', 'TLS_UNTRUSTED'],
  ['otherIdentity', 'TLS_NAME_MISMATCH'],
  [undefined, 'connected'],
] as const)(
  'NODE_TLS_REJECT_UNAUTHORIZED=0 lets a server with fault %s in no more than without it',
  async (fault, code) => {
    const { port } = await listen(await lab.server(fault === undefined ? {} : { fault }));
    const script = `
    import { connectSecurely } from ${module('./secure-connection.ts')};
    import { CertificateDirectory, classifyTlsError } from '@eso/api/tls';
    import { systemClock } from '@eso/runtime';
    const certificates = await CertificateDirectory.open({ dir: ${JSON.stringify(clientDir)} });
    const address = { host: '127.0.0.1', port: ${port} };
    const socket = connectSecurely({
      address, serverName: ${JSON.stringify(LAB_SERVER_NAME)}, material: certificates.current(), clock: systemClock,
    });
    const end = (text) => { process.stdout.write(text, () => process.exit()); };
    socket.once('secureConnect', () => end('connected'));
    socket.once('error', (error) => end(classifyTlsError(error)?.code ?? 'other'));
  `;
    const args = ['--conditions=@eso/source', '--input-type=module', '--eval', script];
    const env = { ...process.env, NODE_OPTIONS: '', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout } = await run(process.execPath, args, { env, cwd: import.meta.dirname, timeout: 30_000 });
    expect(stdout).toBe(code);
  },
);

function module(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href);
}
