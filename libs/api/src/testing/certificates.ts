import { webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as x509 from '@peculiar/x509';

/** Whose certificates they are. */
export interface TestCertificatesOptions {
  /** Name of the provider's Service. Default `provider`. */
  readonly service?: string;
  /** Namespace of the provider's Service. Default `default`. */
  readonly namespace?: string;
  /** How long they are valid from now on, milliseconds. Default one hour. */
  readonly validForMs?: number;
}

/** Certificates in directories as a provider and its client mount them: `tls.crt`, `tls.key`, `ca.crt`, all PEM. */
export interface TestCertificates {
  readonly serverDir: string;
  /** Of core, which is the one client that a provider accepts. */
  readonly clientDir: string;
  /** Of a client with the same authority that is not core. */
  readonly strangerDir: string;
  /** Name in the provider's certificate: `<service>.<namespace>.svc`. */
  readonly serverName: string;
  /** Issues a new certificate of the provider, in the place of the one before. */
  renew(): Promise<void>;
  /** Removes the directories. */
  remove(): Promise<void>;
}

type Library = typeof x509;
interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const IDENTITIES = 'spiffe://external-secrets.io';

/**
 * Makes an authority and the certificates of a provider and of core, in a temporary directory.
 * @throws Error when `@peculiar/x509` and `reflect-metadata` are not installed: only tests need them, so that they are optional
 */
export async function testCertificates(options: TestCertificatesOptions = {}): Promise<TestCertificates> {
  const { service = 'provider', namespace = 'default', validForMs = 3_600_000 } = options;
  const library = await load();
  const authority = await issueAuthority(library, validForMs);
  const root = await mkdtemp(join(tmpdir(), 'provider-test-'));
  const serverName = `${service}.${namespace}.svc`;
  const leaf = async (name: string, usage: 'serverAuth' | 'clientAuth', names: x509.JsonGeneralNames) => {
    const issued = await issueLeaf(library, authority, { name, usage, names, validForMs });
    return directory(library, join(root, name), issued, authority);
  };
  const uri = (path: string) => ({ type: 'url' as const, value: `${IDENTITIES}/${path}` });
  const ofServer = () =>
    leaf(service, 'serverAuth', [uri(`provider/${namespace}/${service}`), { type: 'dns', value: serverName }]);
  return {
    serverDir: await ofServer(),
    clientDir: await leaf('core', 'clientAuth', [uri('core')]),
    strangerDir: await leaf('stranger', 'clientAuth', [uri('stranger')]),
    serverName,
    renew: async () => {
      await ofServer();
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function load(): Promise<Library> {
  try {
    // The library builds on decorators, which need this polyfill before it is loaded.
    await import('reflect-metadata');
    const library = await import('@peculiar/x509');
    library.cryptoProvider.set(webcrypto);
    return library;
  } catch (cause) {
    throw new Error('certificates for tests need the packages @peculiar/x509 and reflect-metadata: install both', {
      cause,
    });
  }
}

/** Clocks of a test may stand a little behind. */
const LEEWAY_MS = 60_000;

async function issueAuthority(library: Library, validForMs: number): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - LEEWAY_MS),
    notAfter: new Date(Date.now() + validForMs),
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

interface Leaf {
  readonly name: string;
  readonly usage: 'serverAuth' | 'clientAuth';
  readonly names: x509.JsonGeneralNames;
  readonly validForMs: number;
}

async function issueLeaf(library: Library, authority: Issued, leaf: Leaf): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await library.X509CertificateGenerator.create({
    subject: `CN=${leaf.name}`,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - LEEWAY_MS),
    notAfter: new Date(Date.now() + leaf.validForMs),
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage[leaf.usage]]),
      new library.SubjectAlternativeNameExtension(leaf.names),
    ],
  });
  return { certificate, keys };
}

async function directory(library: Library, path: string, issued: Issued, authority: Issued): Promise<string> {
  const key = await webcrypto.subtle.exportKey('pkcs8', issued.keys.privateKey);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'tls.crt'), `${issued.certificate.toString('pem')}\n`);
  await writeFile(join(path, 'tls.key'), `${library.PemConverter.encode(key, 'PRIVATE KEY')}\n`, { mode: 0o600 });
  await writeFile(join(path, 'ca.crt'), `${authority.certificate.toString('pem')}\n`);
  return path;
}
