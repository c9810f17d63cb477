import { createPrivateKey, type X509Certificate } from 'node:crypto';
import type { CertificateAuthority } from './authority.ts';
import { parseBundle } from './bundle.ts';
import { type CertificateFacts, inspectCertificate } from './inspect.ts';
import { ROLE_USAGE } from './issue-leaf.ts';
import { type LeafLifetime, renewalInstant } from './lifetimes.ts';
import type { LeafIdentity } from './names.ts';

/** Every reason to replace a leaf, as the label of a metric and the tail of an event. */
export type LeafProblem =
  /** Nothing stands in `tls.crt`. */
  | 'certificate-missing'
  /** `tls.crt` is no PEM of a certificate. */
  | 'certificate-unreadable'
  /** Nothing stands in `tls.key`. */
  | 'key-missing'
  /** `tls.key` is no PEM of a private key. */
  | 'key-unreadable'
  /** The key is not the certificate's. */
  | 'key-mismatch'
  /** Signed by another authority than the current one. */
  | 'authority-changed'
  /** `ca.crt` is not what peers have to trust now. */
  | 'bundle-changed'
  /** Only the name that ends in the cluster's domain differs. */
  | 'cluster-domain-changed'
  /** Lacks a name that a client verifies. */
  | 'names-missing'
  /** Is good at names that are not this Service's. */
  | 'names-surplus'
  /** The URI is of another trust domain, or of another Service. */
  | 'identity-changed'
  /** Good for another role than its own, or for signing. */
  | 'usage-wrong'
  /** Has ended. */
  | 'expired'
  /** Begins in the future. */
  | 'not-yet-valid'
  /** Lives longer than is allowed now, or longer than its authority. */
  | 'validity-too-long'
  /** Good, and in its window. */
  | 'renewal-due';

/** What a leaf has to be. */
export interface LeafExpectation {
  identity: LeafIdentity;
  authority: CertificateAuthority;
  lifetime: LeafLifetime;
  /** Wall-clock time in milliseconds since the epoch. */
  nowMs: number;
}

/** Entries of a leaf's Secret, as far as they are there. */
export type StoredLeaf = Readonly<Partial<Record<'ca.crt' | 'tls.crt' | 'tls.key', string>>>;

/** Every reason to replace this leaf, the gravest first; none for a good one. Never throws, whatever is stored. */
export function leafProblems(stored: StoredLeaf, expected: LeafExpectation): LeafProblem[] {
  const leaf = readLeaf(stored['tls.crt']);
  if (typeof leaf === 'string') return [leaf];
  return [
    ...keyProblems(stored['tls.key'], leaf.certificate),
    ...trustProblems(stored['ca.crt'], leaf.certificate, expected.authority),
    ...nameProblems(leaf.facts, expected.identity),
    ...usageProblems(leaf.facts, expected.identity),
    ...timeProblems(leaf.facts, expected),
  ];
}

/**
 * When a good leaf has to be looked at again, in milliseconds since the epoch: at its renewal, or at its end where nothing that
 * the authority can sign would last longer.
 */
export function nextLeafRenewal(
  certificate: string,
  { authority, lifetime }: Pick<LeafExpectation, 'authority' | 'lifetime'>,
): number {
  const { notBefore, notAfter } = inspectCertificate(certificate);
  if (endsWithAuthority(notAfter, authority)) return notAfter.getTime();
  return renewalInstant(notBefore, notAfter, lifetime.renewalWindowMs);
}

interface Leaf {
  certificate: X509Certificate;
  facts: CertificateFacts;
}

function readLeaf(pem: string | undefined): Leaf | LeafProblem {
  if (!pem) return 'certificate-missing';
  try {
    const [certificate] = parseBundle(pem, 'tls.crt');
    return certificate ? { certificate, facts: inspectCertificate(certificate) } : 'certificate-missing';
  } catch {
    return 'certificate-unreadable';
  }
}

/** A pair that is none cannot do a handshake. */
function keyProblems(pem: string | undefined, certificate: X509Certificate): LeafProblem[] {
  if (!pem) return ['key-missing'];
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem)) ? [] : ['key-mismatch'];
  } catch {
    return ['key-unreadable'];
  }
}

/** Signed by who is trusted now, and trusting the same: peers of both generations would not meet otherwise. */
function trustProblems(
  bundle: string | undefined,
  leaf: X509Certificate,
  authority: CertificateAuthority,
): LeafProblem[] {
  const signer = authority.certificate;
  const signed = leaf.checkIssued(signer) && leaf.verify(signer.publicKey);
  const problems: LeafProblem[] = signed ? [] : ['authority-changed'];
  return bundle === authority.bundle ? problems : [...problems, 'bundle-changed'];
}

/** Exactly the names of this Service: one more is another's, one less is a failed handshake. */
function nameProblems(facts: CertificateFacts, identity: LeafIdentity): LeafProblem[] {
  const missing = identity.dnsNames.filter((name) => !facts.dnsNames.includes(name));
  const surplus = facts.dnsNames.filter((name) => !(identity.dnsNames as readonly string[]).includes(name));
  const problems: LeafProblem[] = [];
  if (isOtherClusterDomain(missing, surplus, identity)) problems.push('cluster-domain-changed');
  else {
    if (missing.length > 0) problems.push('names-missing');
    if (surplus.length > 0 || facts.otherNames > 0) problems.push('names-surplus');
  }
  if (facts.uris.length !== 1 || facts.uris[0] !== identity.uri) problems.push('identity-changed');
  return problems;
}

/** Only the one name that ends in the cluster's domain differs. */
function isOtherClusterDomain(missing: readonly string[], surplus: readonly string[], identity: LeafIdentity): boolean {
  if (identity.role !== 'server' || missing.length !== 1 || surplus.length !== 1) return false;
  const stem = `${identity.verifiedName}.`;
  return [...missing, ...surplus].every((name) => name.startsWith(stem));
}

/** A server's leaf must not pass for core, and no leaf may sign. */
function usageProblems(facts: CertificateFacts, { role }: LeafIdentity): LeafProblem[] {
  const usageFits = facts.extendedKeyUsages.length === 1 && facts.extendedKeyUsages[0] === ROLE_USAGE[role];
  const keyFits = facts.keyUsages.length === 1 && facts.keyUsages[0] === 'digitalSignature';
  return usageFits && keyFits && !facts.isAuthority ? [] : ['usage-wrong'];
}

/** Its own time, and that of what signed it; the window counts only where nothing else is wrong. */
function timeProblems(facts: CertificateFacts, { authority, lifetime, nowMs }: LeafExpectation): LeafProblem[] {
  const start = facts.notBefore.getTime();
  const end = facts.notAfter.getTime();
  const authorityEnd = inspectCertificate(authority.certificate).notAfter.getTime();
  const problems: LeafProblem[] = [];
  if (nowMs >= end) problems.push('expired');
  if (nowMs < start) problems.push('not-yet-valid');
  if (end - start > lifetime.validityMs || end > authorityEnd) problems.push('validity-too-long');
  if (problems.length > 0 || endsWithAuthority(facts.notAfter, authority)) return problems;
  return nowMs >= renewalInstant(facts.notBefore, facts.notAfter, lifetime.renewalWindowMs) ? ['renewal-due'] : [];
}

/**
 * A leaf that ends with its authority gains nothing from renewal: the new one would end at the same instant, be in its window
 * again at once, and so on until the end.
 */
function endsWithAuthority(notAfter: Date, { certificate }: CertificateAuthority): boolean {
  return notAfter.getTime() >= inspectCertificate(certificate).notAfter.getTime();
}
