import { X509Certificate } from 'node:crypto';
import asn1, { type Asn1 } from 'node-forge/lib/asn1.js';
import pbe from 'node-forge/lib/pbe.js';
import util from 'node-forge/lib/util.js';
import { refusedValue } from './private-key.ts';

/**
 * Rounds of key derivation that a container may ask for, all of its parts together. Whoever pushes chooses them, and they run on the
 * main thread: about a tenth of a second at most. OpenSSL and Windows use about 2,000, keytool 10,000.
 */
const MAX_ROUNDS = 20_000;

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  pbes2: '1.2.840.113549.1.5.13',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  localKeyId: '1.2.840.113549.1.9.21',
} as const;

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
export function leafOfPfx(bytes: Uint8Array): Buffer | undefined {
  const safe = safeOf(bytes);
  if (!safe) return undefined;
  const { keyIds, certificates } = bagsOf(safe);
  const own = certificates.find(({ keyId }) => keyId !== undefined && keyIds.has(keyId));
  const leaf = own ?? certificates.find(({ certificate }) => !certificate.ca) ?? certificates[0];
  if (leaf) return leaf.certificate.raw;
  throw refusedValue('the PKCS#12 container holds no certificate', 'push the certificate with its key');
}

function safeOf(bytes: Uint8Array): Asn1 | undefined {
  try {
    const [version, safe] = children(parsed(Buffer.from(bytes).toString('latin1')));
    if (asn1.derToInteger(text(version)) !== 3 || !safe || oidOf(safe) !== OID.data) return undefined;
    return parsed(octets(child(child(safe, 1), 0)));
  } catch {
    return undefined;
  }
}

function bagsOf(safe: Asn1): Bags {
  const found: Bags = { keyIds: new Set(), certificates: [] };
  let rounds = 0;
  for (const info of children(safe)) {
    const content = child(child(info, 1), 0);
    if (oidOf(info) === OID.data) collect(parsed(octets(content)), found);
    if (oidOf(info) !== OID.encryptedData) continue;
    const encrypted = child(content, 1);
    rounds += roundsOf(child(encrypted, 1));
    if (!(rounds <= MAX_ROUNDS))
      throw refusedValue(
        `the PKCS#12 container asks for more than ${MAX_ROUNDS} rounds of key derivation`,
        'export it with fewer rounds, such as openssl pkcs12 -export -iter 2048',
      );
    collect(decrypted(child(encrypted, 1), octets(child(encrypted, 2))), found);
  }
  return found;
}

/** An empty password is written in two ways, of which the old algorithms make different keys. */
function decrypted(algorithm: Asn1, data: string): Asn1 {
  for (const password of ['', null]) {
    try {
      const cipher = pbe.getCipher(oidOf(algorithm), child(algorithm, 1), password);
      cipher.update(util.createBuffer(data));
      if (cipher.finish()) return parsed(cipher.output.getBytes());
    } catch {
      // The other one, and then said below.
    }
  }
  throw refusedValue(
    'the PKCS#12 container cannot be read without a password',
    'export it with an empty password: Key Vault gets none',
  );
}

/** Iterations of PBKDF2 (PBES2), or of the old derivation. */
function roundsOf(algorithm: Asn1): number {
  const parameters = child(algorithm, 1);
  const derivation = oidOf(algorithm) === OID.pbes2 ? child(child(parameters, 0), 1) : parameters;
  try {
    return asn1.derToInteger(text(child(derivation, 1)));
  } catch {
    return Infinity;
  }
}

function collect(bags: Asn1, found: Bags): void {
  for (const bag of children(bags)) {
    const keyId = localKeyIdOf(bag);
    const kind = oidOf(bag);
    if ((kind === OID.keyBag || kind === OID.shroudedKeyBag) && keyId !== undefined) found.keyIds.add(keyId);
    if (kind !== OID.certBag) continue;
    const der = octets(child(child(child(child(bag, 1), 0), 1), 0));
    found.certificates.push({ certificate: new X509Certificate(Buffer.from(der, 'latin1')), keyId });
  }
}

function localKeyIdOf(bag: Asn1): string | undefined {
  const [, , attributes] = children(bag);
  const own = attributes && children(attributes).find((attribute) => oidOf(attribute) === OID.localKeyId);
  return own && text(child(child(own, 1), 0));
}

function parsed(bytes: string): Asn1 {
  return asn1.fromDer(bytes, { strict: true, decodeBitStrings: false });
}

function oidOf(sequence: Asn1): string {
  return asn1.derToOid(text(child(sequence, 0)));
}

function children({ value }: Asn1): readonly Asn1[] {
  return typeof value === 'string' ? [] : value;
}

function child(parent: Asn1, index: number): Asn1 {
  const found = children(parent)[index];
  if (found) return found;
  throw new TypeError('the structure is none of PKCS#12');
}

function text(node: Asn1 | undefined): string {
  if (typeof node?.value === 'string') return node.value;
  throw new TypeError('the structure is none of PKCS#12');
}

/** An octet string, which may come in pieces. */
function octets({ value }: Asn1): string {
  return typeof value === 'string' ? value : value.map(octets).join('');
}
