// The certificate library builds on decorators, which need this polyfill before it is loaded.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate with its key. */
export interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** What a leaf says; anything goes, also what no honest authority would sign. */
export interface LeafTemplate {
  readonly commonName: string;
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly usage: 'serverAuth' | 'clientAuth';
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A self-signed authority that is valid for a day. */
export async function issueAuthority(commonName: string): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

/** Issues a leaf. Without an authority it signs itself. */
export async function issueLabLeaf(template: LeafTemplate, authority?: Issued): Promise<Issued> {
  const keys = await generateKeys();
  const subject = `CN=${template.commonName}`;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: authority?.certificate.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: (authority?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: template.notBefore,
    notAfter: template.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[template.usage]]),
      new x509.SubjectAlternativeNameExtension([
        ...template.uris.map((value) => ({ type: 'url' as const, value })),
        ...template.dnsNames.map((value) => ({ type: 'dns' as const, value })),
      ]),
    ],
  });
  return { certificate, keys };
}

/** Issues a revocation list over serial numbers. */
export async function issueCrl(authority: Issued, serials: readonly string[]): Promise<string> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subject,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    thisUpdate: new Date(Date.now() - 60_000),
    nextUpdate: new Date(Date.now() + 86_400_000),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(Date.now() - 30_000) })),
  });
  // RFC 7468 §7; the library's own label (CRL) is read by nobody.
  return `${x509.PemConverter.encode(crl.rawData, 'X509 CRL')}\n`;
}

/** The certificate in PEM, with a line feed at its end. */
export function certificatePem({ certificate }: Issued): string {
  return `${certificate.toString('pem')}\n`;
}

/** The private key in PEM (PKCS#8), with a line feed at its end. */
export async function keyPem({ keys }: Issued): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
