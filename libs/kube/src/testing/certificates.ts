import { execFileSync } from 'node:child_process';

/** A certificate for 127.0.0.1 that is its own issuer, and its key; PEM. */
export interface ServerIdentity {
  cert: string;
  key: string;
}

/** Issues one with openssl, so that what the client verifies was not made by code of ours. */
export function issueServerIdentity(name = 'IP:127.0.0.1'): ServerIdentity {
  const subject = ['-subj', '/CN=fault server', '-addext', `subjectAltName=${name}`, '-days', '1'];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const pem = execFileSync('openssl', ['req', '-x509', ...newKey, ...subject, '-keyout', '-', '-out', '-'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, start), cert: pem.slice(start) };
}
