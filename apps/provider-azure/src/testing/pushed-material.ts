/** Keys and certificates that tests push, made by OpenSSL and by an issuer that is not ours. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { issue } from '@eso/control-plane/x509.mjs';

/** A certificate with its key, and the authority that signed it. */
export interface PushedMaterial {
  readonly keyPem: string;
  readonly certPem: string;
  readonly caPem: string;
  /** DER of the certificate. */
  readonly leaf: Buffer;
}

/** A new certificate of an authority of its own, with a key on P-256. */
export function newMaterial(commonName = 'app.example.org'): PushedMaterial {
  const ca = issue({ commonName: 'authority of the tests', use: 'ca' });
  const { keyPem, certPem } = issue({ commonName, use: 'server', names: [commonName], issuer: ca });
  return { keyPem, certPem, caPem: ca.certPem, leaf: new X509Certificate(certPem).raw };
}

/** A PKCS#12 container of the certificate, its key and its authority, as `openssl pkcs12 -export` makes it. */
export function pfxOf({ keyPem, certPem, caPem }: PushedMaterial, options: readonly string[] = []): Buffer {
  const password = options.includes('-passout') ? [] : ['-passout', 'pass:'];
  // The order of the files is that of the container: the authority first.
  return opensslFile(['pkcs12', '-export', '-inkey', 'key', '-in', 'certs', '-out', 'out', ...password, ...options], {
    key: keyPem,
    certs: `${caPem}\n${certPem}`,
  });
}

/** Runs OpenSSL on files, and reads the one that it writes: `out`. */
export function opensslFile(args: readonly string[], files: Readonly<Record<string, string | Buffer>>): Buffer {
  const cwd = mkdtempSync(join(tmpdir(), 'eso-azure-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    execFileSync('openssl', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    return readFileSync(join(cwd, 'out'));
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
