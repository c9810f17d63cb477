import { X509Certificate } from 'node:crypto';
import { ProviderError } from '@eso/api/server';
import type { Asn1 } from 'node-forge/lib/asn1.js';
import { child, children, content, smallInteger, octets, oidOf, parseDer } from './asn1.ts';
import { decryptWithoutPassword } from './pfx-decryption.ts';
import { refusedValue } from './private-key.ts';

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  localKeyId: '1.2.840.113549.1.9.21',
} as const;

/** Encrypted parts of a container: exporters make one, for the certificates. Each costs a derivation of keys. */
const MAX_ENCRYPTED = 2;

/** What the bags hold that says which certificate the container is about. Keys stay as they are. */
interface Bags {
  readonly keyIds: Set<string>;
  readonly certificates: { readonly certificate: X509Certificate; readonly keyId: string | undefined }[];
}

/**
 * The certificate that a PKCS#12 container without a password is about (RFC 7292): that of its key. Nothing else of it is looked at,
 * and its key is never decrypted: Key Vault does that.
 * @returns DER; undefined where the bytes are no such container.
 * @throws ProviderError INVALID_REQUEST for one that cannot be read without a password, or holds no certificate.
 */
export async function leafOfPfx(bytes: Uint8Array): Promise<Buffer | undefined> {
  const safe = safeOf(bytes);
  if (!safe) return undefined;
  const { keyIds, certificates } = await bagsOf(safe).catch((error: unknown) => {
    throw error instanceof ProviderError ? error : unreadable();
  });
  const own = certificates.find(({ keyId }) => keyId !== undefined && keyIds.has(keyId));
  const leaf = own ?? certificates.find(({ certificate }) => !certificate.ca) ?? certificates[0];
  if (leaf) return leaf.certificate.raw;
  throw refusedValue('the PKCS#12 container holds no certificate', 'push the certificate with its key');
}

function safeOf(bytes: Uint8Array): Asn1 | undefined {
  try {
    const pfx = parseDer(Buffer.from(bytes).toString('latin1'));
    const safe = child(pfx, 1);
    if (smallInteger(child(pfx, 0)) !== 3 || oidOf(safe) !== OID.data) return undefined;
    return parseDer(octets(child(safe, 1, 0)));
  } catch {
    return undefined;
  }
}

async function bagsOf(safe: Asn1): Promise<Bags> {
  const found: Bags = { keyIds: new Set(), certificates: [] };
  const parts = children(safe);
  if (parts.filter((part) => oidOf(part) === OID.encryptedData).length > MAX_ENCRYPTED)
    throw refusedValue(
      `the PKCS#12 container has more than ${MAX_ENCRYPTED} encrypted parts`,
      'export it anew, such as by openssl pkcs12 -export',
    );
  for (const part of parts) {
    const inner = child(part, 1, 0);
    if (oidOf(part) === OID.data) collect(parseDer(octets(inner)), found);
    if (oidOf(part) !== OID.encryptedData) continue;
    const encrypted = child(inner, 1);
    collect(await decryptWithoutPassword(child(encrypted, 1), octets(child(encrypted, 2))), found);
  }
  return found;
}

function collect(bags: Asn1, found: Bags): void {
  for (const bag of children(bags)) {
    const keyId = localKeyIdOf(bag);
    const kind = oidOf(bag);
    if ((kind === OID.keyBag || kind === OID.shroudedKeyBag) && keyId !== undefined) found.keyIds.add(keyId);
    if (kind !== OID.certBag) continue;
    const der = octets(child(bag, 1, 0, 1, 0));
    found.certificates.push({ certificate: new X509Certificate(Buffer.from(der, 'latin1')), keyId });
  }
}

function localKeyIdOf(bag: Asn1): string | undefined {
  const [, , attributes] = children(bag);
  const own = attributes && children(attributes).find((attribute) => oidOf(attribute) === OID.localKeyId);
  return own && content(child(own, 1, 0));
}

function unreadable(): ProviderError {
  return refusedValue('the PKCS#12 container is damaged', 'export it anew, such as by openssl pkcs12 -export');
}
