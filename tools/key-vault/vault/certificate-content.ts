import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { VaultError } from './vault-error.ts';

/** The content type of PKCS#12, and what a policy that says nothing means. */
export const PFX = 'application/x-pkcs12';
/** The content type of a key and certificates as text. */
export const PEM = 'application/x-pem-file';

/** What an import brought. */
export interface CertificateContent {
  readonly leaf: X509Certificate;
  /** What the secret behind the certificate holds: base64 of the PKCS#12, or the text. */
  readonly secret: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/**
 * Reads what was imported. Text may come as it is, or in base64.
 * @throws VaultError 400 where it is not of the content type, or the key is missing or another's
 */
export async function readContent(
  value: string,
  options: {
    readonly contentType: string;
    readonly password: string | undefined;
    readonly checkKey: boolean;
    readonly checkType: boolean;
  },
): Promise<CertificateContent> {
  const { contentType, password, checkKey, checkType } = options;
  const bytes = value.startsWith('-----BEGIN') ? Buffer.from(value) : Buffer.from(value, 'base64');
  const isText = bytes.subarray(0, 10).toString() === '-----BEGIN';
  if (checkType && isText !== (contentType === PEM)) throw unreadable(contentType);
  if (isText) return readPem(bytes.toString(), checkKey);
  if (password) throw new VaultError(400, 'BadParameter', 'This test server reads PKCS#12 without a password alone.');
  return { leaf: await leafOf(bytes), secret: bytes.toString('base64') };
}

function readPem(text: string, checkKey: boolean): CertificateContent {
  const blocks = [...text.matchAll(BLOCK)].map(([block, label = '']) => ({ block, label }));
  const keyBlock = blocks.find(({ label }) => label === 'PRIVATE KEY');
  if (!keyBlock && checkKey)
    throw new VaultError(
      400,
      'BadParameter',
      'The private key is not in the PEM content, as PKCS#8 without encryption.',
    );
  try {
    const key = keyBlock && createPrivateKey(keyBlock.block);
    const certificates = blocks
      .filter(({ label }) => label === 'CERTIFICATE')
      .map(({ block }) => new X509Certificate(block));
    const leaf = leafAmong(certificates, checkKey ? key : undefined);
    const secret = [...(keyBlock ? [keyBlock.block] : []), ...certificates.map((each) => each.toString().trim())].join(
      '\n',
    );
    return { leaf, secret: `${secret}\n` };
  } catch (error) {
    throw error instanceof VaultError ? error : unreadable(PEM);
  }
}

function leafAmong(certificates: readonly X509Certificate[], key: KeyObject | undefined): X509Certificate {
  const leaf = certificates.find((each) => !key || each.checkPrivateKey(key));
  if (leaf) return leaf;
  throw new VaultError(
    400,
    'BadParameter',
    'The public key of the end-entity certificate does not match the private key.',
  );
}

/** The certificate that a PKCS#12 is about: what a TLS server that is given it shows. So OpenSSL reads it, and checks its key. */
async function leafOf(pfx: Buffer): Promise<X509Certificate> {
  const [ours, theirs] = duplexPair();
  try {
    const secureContext = createSecureContext({ pfx, passphrase: '' });
    const server = new TLSSocket(ours, { isServer: true, secureContext });
    server.on('error', () => server.destroy());
    // Whom it is from is not asked: the certificate is looked at, nothing is said.
    const client = connect({ socket: theirs, rejectUnauthorized: false });
    await once(client, 'secureConnect', { signal: AbortSignal.timeout(10_000) });
    const leaf = client.getPeerX509Certificate();
    client.destroy();
    if (leaf) return leaf;
  } catch {
    // Said below.
  } finally {
    ours.destroy();
  }
  throw unreadable(PFX);
}

function unreadable(contentType: string): VaultError {
  const format = contentType === PEM ? 'PEM' : 'PKCS#12';
  return new VaultError(
    400,
    'BadParameter',
    `The specified ${format} X.509 certificate content can not be read: it is not in valid ${format} format.`,
  );
}
