import { plainError } from '../value/go-error.ts';
import type { Certificate } from './certificate.ts';
import { parseCertificate } from './certificate.ts';
import { allPem } from './pem.ts';

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** Whether a certificate is signed by its own name. */
function isSelfIssued(certificate: Certificate): boolean {
  return same(certificate.subject, certificate.issuer);
}

function isIssuedByKey(certificate: Certificate, other: Certificate): boolean {
  return certificate.authorityKeyId.length > 0 && same(certificate.authorityKeyId, other.subjectKeyId);
}

/** For a pair of which one lacks its key identifier, the names decide. */
function isIssuedByName(certificate: Certificate, other: Certificate): boolean {
  const comparable = certificate.authorityKeyId.length > 0 && other.subjectKeyId.length > 0;
  return !comparable && !isSelfIssued(certificate) && same(certificate.issuer, other.subject);
}

/** The issuer among the others, or undefined. Two absent identifiers are not equal: that would link strangers. */
function issuerOf(certificate: Certificate, all: readonly Certificate[]): Certificate | undefined {
  const others = all.filter((other) => other !== certificate);
  return (
    others.find((other) => isIssuedByKey(certificate, other)) ??
    others.find((other) => isIssuedByName(certificate, other))
  );
}

function namesItself({ authorityKeyId, subjectKeyId }: Certificate): boolean {
  return same(authorityKeyId, subjectKeyId);
}

/** The first of a chain, unless it is the certificate of an authority that signs itself. */
export function leafOf(chain: readonly Certificate[]): readonly Certificate[] {
  return chain.slice(0, 1).filter((leaf) => !leaf.isCa || (leaf.authorityKeyId.length > 0 && !namesItself(leaf)));
}

/** The last of a chain, if it ends there; undefined where the issuer of the last is missing. */
export function rootOf(chain: readonly Certificate[]): readonly Certificate[] {
  return chain.slice(-1).filter((last) => last.authorityKeyId.length === 0 || namesItself(last));
}

/** What lies between leaf and root. */
export function intermediatesOf(chain: readonly Certificate[]): readonly Certificate[] {
  const [root] = rootOf(chain);
  const stop = chain.findIndex((certificate, at) => at > 0 && (certificate === root || namesItself(certificate)));
  return chain.slice(1, stop < 0 ? undefined : stop);
}

/**
 * The certificates from leaf to root. No signature is checked. Throws `GoError` where they are not one chain.
 */
export function orderChain(certificates: readonly Certificate[]): readonly Certificate[] {
  const issuers = new Map<Certificate, Certificate>();
  for (const certificate of certificates) {
    const issuer = issuerOf(certificate, certificates);
    if (issuer !== undefined) issuers.set(certificate, issuer);
  }
  const parents = new Set(issuers.values());
  const [leaf, ...others] = certificates.filter((certificate) => !parents.has(certificate));
  if (others.length > 0) throw plainError('found multiple leaf or disjunct certificates');
  if (leaf === undefined) throw plainError('no leaf certificate found');
  const chain: Certificate[] = [];
  for (let next: Certificate | undefined = leaf; next !== undefined; next = issuers.get(next)) {
    if (chain.length === certificates.length) throw plainError('constructing chain resulted in cycle');
    chain.push(next);
  }
  return chain;
}

/** The certificates of a text that holds nothing else. Throws `GoError`. */
export function certificatesOf(pem: string): readonly Certificate[] {
  return allPem(pem).blocks.map((block) => parseCertificate(block.bytes));
}
