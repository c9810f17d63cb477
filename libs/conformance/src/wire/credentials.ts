import { webcrypto, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a client shows and trusts, all PEM. */
export interface ClientCredentials {
  /** The authorities that are trusted. */
  readonly ca: string;
  /** Absent: no certificate is shown. */
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Reads `tls.crt`, `tls.key` and `ca.crt` of a directory.
 * @throws what the file system says
 */
export async function readCredentials(dir: string): Promise<Required<ClientCredentials>> {
  const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const [cert, key, ca] = await Promise.all([read('tls.crt'), read('tls.key'), read('ca.crt')]);
  return { cert, key, ca };
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const MINUTE_MS = 60_000;

/** A certificate with the names of another one that no authority has signed. */
export async function forge({ cert, ca }: Required<ClientCredentials>): Promise<Required<ClientCredentials>> {
  // Its decorators need the polyfill before it is loaded.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = (new X509Certificate(cert).subjectAltName ?? '').split(', ').flatMap((name) => {
    const [, type, value = ''] = /^(URI|DNS):(.*)$/.exec(name) ?? [];
    return type === undefined ? [] : [{ type: type === 'URI' ? ('url' as const) : ('dns' as const), value }];
  });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=conformance',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - MINUTE_MS),
    notAfter: new Date(Date.now() + 60 * MINUTE_MS),
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    ca,
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  };
}
