import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import { LAB_SERVER_NAME, type LabKeyPair, TlsLab } from './tls-lab.ts';

const execute = promisify(execFile);
let lab: TlsLab;

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterAll(() => lab.remove());

/** What OpenSSL's own verifier says of a certificate: `OK`, or its reason. */
async function verify(pair: LabKeyPair, purpose: 'sslserver' | 'sslclient', ...more: string[]): Promise<string> {
  const dir = await lab.directory({ ...pair, 'ca.crt': lab.authority.certificate });
  const args = ['verify', '-CAfile', join(dir, 'ca.crt'), '-purpose', purpose, ...more, join(dir, 'tls.crt')];
  const { stdout, stderr } = await execute('openssl', args).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  return stdout.trim().endsWith(': OK') ? 'OK' : stderr;
}

test('OpenSSL accepts the good ones', async () => {
  expect(await verify(await lab.server(), 'sslserver', '-verify_hostname', LAB_SERVER_NAME)).toBe('OK');
  expect(await verify(await lab.client(), 'sslclient')).toBe('OK');
});

test.each([
  ['otherAuthority', /unable to get local issuer|self-signed certificate in/],
  ['selfSigned', /self[- ]signed certificate/],
  ['expired', /certificate has expired/],
  ['notYetValid', /certificate is not yet valid/],
  ['otherIdentity', /hostname mismatch/],
  ['wrongUsage', /unsuitable certificate purpose|unsupported certificate purpose/],
] as const)('OpenSSL refuses a server certificate with fault %s', async (fault, reason) => {
  expect(await verify(await lab.server({ fault }), 'sslserver', '-verify_hostname', LAB_SERVER_NAME)).toMatch(reason);
});

test('a short-lived certificate works, and then expires', async () => {
  const pair = await lab.server({ validForMs: 2_000 });
  expect(await verify(pair, 'sslserver')).toBe('OK');
  await eventually(async () => expect(await verify(pair, 'sslserver')).toMatch(/certificate has expired/));
});

test('a revoked certificate is refused by its list, another one is not', async () => {
  const [revoked, good] = [await lab.client(), await lab.client()];
  const dir = await lab.directory({ ...good, 'ca.crl': await lab.crl([revoked]) });
  const check = ['-crl_check', '-CRLfile', join(dir, 'ca.crl')];
  expect(await verify(revoked, 'sslclient', ...check)).toMatch(/certificate revoked/);
  expect(await verify(good, 'sslclient', ...check)).toBe('OK');
});

test('two good ones speak mutual TLS 1.3 with each other', async () => {
  const [ours, theirs] = [await lab.client(), await lab.server()];
  const server = createServer(
    { key: theirs['tls.key'], cert: theirs['tls.crt'], ca: theirs['ca.crt'], requestCert: true, minVersion: 'TLSv1.3' },
    (socket) => socket.end(socket.getPeerCertificate().subjectaltname ?? 'nobody'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: LAB_SERVER_NAME,
    key: ours['tls.key'],
    cert: ours['tls.crt'],
    ca: ours['ca.crt'],
  }).setEncoding('utf8');
  let received = '';
  for await (const text of socket) received += String(text);
  server.close();
  expect(received).toBe('URI:spiffe://external-secrets.io/core');
});

test('a directory is changed as a kubelet changes it', async () => {
  const [first, second] = [await lab.client(), await lab.client()];
  const dir = await lab.directory(first);
  await lab.mount(dir, second);
  expect(await readFile(join(dir, 'tls.crt'), 'utf8')).toBe(second['tls.crt']);
});
