import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue } from './x509.mjs';

/** @type {string} */
let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'x509-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** @param {string} name @param {string} text */
function file(name, text) {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

test('OpenSSL accepts what is issued, for its purpose and for no other', () => {
  const ca = issue({ commonName: 'ca', use: 'ca' });
  const server = issue({ commonName: 'server', names: ['127.0.0.1', 'a.example'], use: 'server', issuer: ca });
  const caFile = file('ca.crt', ca.certPem);
  const serverFile = file('server.crt', server.certPem);
  /** @param {string} purpose */
  const verify = (purpose) =>
    execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', caFile, '-purpose', purpose, serverFile], {
      stdio: 'pipe',
    }).toString();
  expect(verify('sslserver')).toContain('OK');
  expect(() => verify('sslclient')).toThrow(/unsuitable certificate purpose|unsupported certificate purpose/);
});

test('names and groups are where a verifier and Kubernetes look for them', () => {
  const ca = issue({ commonName: 'ca', use: 'ca' });
  const server = new X509Certificate(
    issue({ commonName: 's', names: ['127.0.0.1', 'a.example'], use: 'server', issuer: ca }).certPem,
  );
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('a.example')).toBe('a.example');
  expect(server.checkHost('b.example')).toBeUndefined();
  const admin = issue({ commonName: 'admin', organizations: ['system:masters'], use: 'client', issuer: ca });
  expect(new X509Certificate(admin.certPem).subject).toBe('O=system:masters\nCN=admin');
});

test('serial numbers are positive and never repeat', () => {
  const serials = Array.from({ length: 20 }, () => new X509Certificate(issue({ commonName: 'x', use: 'ca' }).certPem));
  expect(new Set(serials.map(({ serialNumber }) => serialNumber)).size).toBe(20);
  for (const { serialNumber } of serials) expect(parseInt(serialNumber.slice(0, 2), 16)).toBeLessThan(0x80);
});
