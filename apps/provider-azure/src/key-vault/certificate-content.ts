import { X509Certificate } from 'node:crypto';
import { pemBlocks, type PemSection } from './pem.ts';
import { leafOfPfx } from './pfx.ts';
import { privateKeyAmong, refusedValue } from './private-key.ts';

/** A certificate as it is pushed. */
export interface CertificateContent {
  /** DER of the certificate that it is about. */
  readonly leaf: Buffer;
  /** What Key Vault imports; absent where the private key is missing. */
  readonly imported?: {
    readonly contentType: 'application/x-pkcs12' | 'application/x-pem-file';
    readonly bytes: Uint8Array;
  };
}

/** The most certificates of one PEM text. */
const MAX_CERTIFICATES = 100;

/**
 * Reads PKCS#12 without a password, DER, or PEM.
 * @throws ProviderError INVALID_REQUEST that says what is wrong with it.
 */
export async function certificateContent(value: Uint8Array): Promise<CertificateContent> {
  const blocks = pemBlocks(value);
  if (blocks) return pemContent(blocks);
  const der = certificateIn(value);
  if (der) return { leaf: der.raw };
  const leaf = await leafOfPfx(value);
  if (leaf) return { leaf, imported: { contentType: 'application/x-pkcs12', bytes: value } };
  throw refusedValue(
    'value from secret is not a valid certificate: it is neither PKCS#12 nor DER nor PEM',
    'push it as it is, not in base64',
  );
}

/** What Key Vault takes as PEM: the key as PKCS#8, its certificate, and then the others. */
function pemContent(blocks: readonly PemSection[]): CertificateContent {
  const texts = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ text }) => text);
  if (texts.length > MAX_CERTIFICATES)
    throw refusedValue(
      `the PEM text holds more than ${MAX_CERTIFICATES} certificates`,
      'push the chain of one certificate',
    );
  const certificates = texts.map((text, index) => {
    const certificate = certificateIn(text);
    if (certificate) return certificate;
    throw refusedValue(`certificate ${index + 1} of ${texts.length} is no X.509 certificate`, 'copy it anew');
  });
  const [first] = certificates;
  if (!first) throw refusedValue('the PEM text holds no certificate', 'push the certificate with its key');
  const key = privateKeyAmong(blocks);
  if (!key) return { leaf: first.raw };
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf)
    throw refusedValue(
      'no certificate of the PEM text belongs to its private key',
      'push the two that belong together',
    );
  const chain = [leaf, ...certificates.filter((certificate) => certificate !== leaf)];
  const text = [key.export({ type: 'pkcs8', format: 'pem' }), ...chain.map((each) => each.toString())].join('');
  return { leaf: leaf.raw, imported: { contentType: 'application/x-pem-file', bytes: Buffer.from(text) } };
}

function certificateIn(value: string | Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(value);
  } catch {
    return undefined;
  }
}
