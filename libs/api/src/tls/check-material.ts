import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { subjectAltNames } from './identity.ts';
import type { TlsMaterial } from './material.ts';

/** The texts of the files, unchecked. */
export interface PemFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly crl?: string;
}

/** Usable material, or why the files are none. The problem never quotes a file's content. */
export type CheckedMaterial =
  { readonly kind: 'usable'; readonly material: TlsMaterial } | { readonly kind: 'unusable'; readonly problem: string };

/**
 * Checks key, certificate and trust bundle against each other, before anything is swapped: every part parses, the key is the
 * leaf's, the leaf leads to a certificate authority of the bundle, and it is valid now.
 * @param nowMs wall-clock time.
 */
export function checkMaterial(files: PemFiles, nowMs: number): CheckedMaterial {
  const chain = certificates(files.cert);
  const [leaf] = chain ?? [];
  if (!chain || !leaf) return unusable('the certificate file holds no readable certificate');
  const authorities = certificates(files.ca);
  if (!authorities?.length) return unusable('the trust bundle holds no readable certificate');
  const key = privateKey(files.key);
  if (!key) return unusable('the key file holds no readable private key');
  if (!leaf.checkPrivateKey(key)) return unusable('the private key does not belong to the certificate');
  if (!leadsTo(leaf, chain, authorities))
    return unusable('the certificate is not signed by an authority of the trust bundle');
  if (leaf.validToDate.getTime() <= nowMs)
    return unusable(`the certificate expired at ${leaf.validToDate.toISOString()}`);
  if (leaf.validFromDate.getTime() > nowMs)
    return unusable(`the certificate is not valid before ${leaf.validFromDate.toISOString()}`);
  if (!loads(files)) return unusable('OpenSSL does not take the certificate, the trust bundle or the revocation list');
  const names = subjectAltNames(leaf);
  return {
    kind: 'usable',
    material: {
      ...files,
      notBefore: leaf.validFromDate,
      notAfter: leaf.validToDate,
      serial: leaf.serialNumber,
      uriSans: names.uris,
      dnsSans: names.dns,
    },
  };
}

function unusable(problem: string): CheckedMaterial {
  return { kind: 'unusable', problem };
}

/** Every certificate of a PEM text, or undefined when one of them does not parse. */
function certificates(pem: string): X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Walks from the leaf over the intermediates in its file to an authority of the bundle. */
function leadsTo(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  let current = leaf;
  for (let step = 0; step < chain.length; step++) {
    const signs = (issuer: X509Certificate): boolean =>
      current.checkIssued(issuer) &&
      current.verify(issuer.publicKey) &&
      issuer.fingerprint256 !== current.fingerprint256;
    if (authorities.some(signs)) return true;
    const next = chain.find(signs);
    if (!next) return false;
    current = next;
  }
  return false;
}

function loads(files: PemFiles): boolean {
  try {
    createSecureContext({ cert: files.cert, key: files.key, ca: files.ca, ...(files.crl ? { crl: files.crl } : {}) });
    return true;
  } catch {
    return false;
  }
}
