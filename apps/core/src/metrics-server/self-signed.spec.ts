import { createPrivateKey, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { selfSignedCertificate } from './self-signed.ts';

const NOW = Date.UTC(2026, 10, 28);

test('is for localhost alone, vouches for itself, and goes with its key', () => {
  const { cert, key } = selfSignedCertificate(NOW);
  const certificate = new X509Certificate(cert);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe(certificate.issuer);
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(certificate.validFromDate.getTime()).toBe(NOW - 3_600_000);
  expect(certificate.validToDate.getTime()).toBe(NOW + 365 * 24 * 3_600_000);
});

test('two are of different keys and numbers', () => {
  const [one, other] = [selfSignedCertificate(NOW), selfSignedCertificate(NOW)].map(
    ({ cert }) => new X509Certificate(cert),
  );
  expect(one?.fingerprint256).not.toBe(other?.fingerprint256);
  expect(one?.serialNumber).not.toBe(other?.serialNumber);
});

test('openssl takes it, many times over: no serial number and no signature is one that it refuses', () => {
  for (let i = 0; i < 20; i++) {
    const { cert } = selfSignedCertificate(Date.now());
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: cert }).toString();
    expect(text).toContain('DNS:localhost, IP Address:127.0.0.1');
  }
});
