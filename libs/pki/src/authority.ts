import type { X509Certificate } from 'node:crypto';
import {
  BasicConstraints,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { Clock } from '@eso/runtime';
import { buildCertificate, type DistinguishedName, encodeName, extension, keyIdentifier } from './build-certificate.ts';
import { joinBundle, parseBundle } from './bundle.ts';
import { PkiError } from './error.ts';
import { inspectCertificate } from './inspect.ts';
import { type BundleProblem, isAboutKey, judgeBundle, mayIssue, type StoredBundle } from './judge-bundle.ts';
import { validitySpan } from './lifetimes.ts';
import type { Signer } from './signer.ts';

/** Distinct from the authority of the webhooks, so that neither is ever taken for the other. */
export const AUTHORITY_SUBJECT: DistinguishedName = {
  organization: 'external-secrets.io',
  unit: 'provider connections',
  commonName: 'external-secrets provider authority',
};

/** An authority that may sign, and what its peers have to trust. */
export interface CertificateAuthority {
  /** The certificate that belongs to the signer's key. */
  readonly certificate: X509Certificate;
  readonly signer: Signer;
  /** PEM text published as `ca.crt`: every authority that peers trust now, each vouched for by the signer's key. */
  readonly bundle: string;
}

/** An authority as it was stored. */
export interface OpenedAuthority extends CertificateAuthority {
  /** What the stored bundle holds beside what is trusted, or lacks. */
  readonly problems: readonly BundleProblem[];
  /** Of the bundle's seal; 0 without one. */
  readonly generation: number;
}

/** What a new authority is made with. */
export interface AuthorityRequest {
  signer: Signer;
  /** From notBefore to notAfter, in milliseconds. */
  validityMs: number;
  /** Default AUTHORITY_SUBJECT. */
  subject?: DistinguishedName;
  clock: Clock;
  signal?: AbortSignal;
}

/** Creates a self-signed authority that may sign leaves and revocation lists, and no further authority. */
export async function createCertificateAuthority(request: AuthorityRequest): Promise<CertificateAuthority> {
  const { signer, validityMs, subject = AUTHORITY_SUBJECT, clock, signal } = request;
  const pem = await buildCertificate(
    {
      subject,
      issuer: encodeName(subject),
      publicKey: signer.publicKey,
      ...validitySpan(clock.now(), validityMs),
      extensions: [
        extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), { critical: true }),
        extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), { critical: true }),
        extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(signer.publicKey))),
      ],
    },
    signer,
    signal,
  );
  return openCertificateAuthority({ bundle: pem, signer });
}

/**
 * Puts a stored bundle and its signer together: the certificate that belongs to the signer's key signs, and those that the key
 * vouches for are trusted. What else stands in the bundle is left out and told: whoever can write the place where it is stored
 * would be an authority otherwise.
 * @throws PkiError CERTIFICATE_INVALID when there is no certificate at all, AUTHORITY_INVALID when none is that of the key
 */
export function openCertificateAuthority(stored: StoredBundle & { readonly signer: Signer }): OpenedAuthority {
  const { signer, bundle } = stored;
  const { trusted, own, problems, generation } = judgeBundle(stored);
  const [certificate] = own;
  if (!certificate) throw whyNoneIsOwn(bundle, signer);
  return { certificate, signer, bundle: joinBundle(trusted), problems, generation };
}

function whyNoneIsOwn(bundle: string, signer: Signer): PkiError {
  let certificates: X509Certificate[];
  try {
    certificates = parseBundle(bundle, 'ca.crt');
  } catch (error) {
    return PkiError.from(error);
  }
  const ofKey = certificates.filter((certificate) => isAboutKey(certificate, signer.publicKey));
  const text =
    ofKey.length === 0
      ? 'ca.crt holds no certificate of the key of the certificate authority'
      : ofKey.some(mayIssue)
        ? 'the certificate in ca.crt is about the key of the certificate authority and was not signed by it'
        : 'the certificate in ca.crt is not one that may sign certificates';
  return new PkiError('AUTHORITY_INVALID', text);
}

/** @throws PkiError AUTHORITY_ENDED when the authority is not valid at `nowMs` */
export function checkAuthorityCurrent({ certificate }: CertificateAuthority, nowMs: number): void {
  const { notBefore, notAfter } = inspectCertificate(certificate);
  if (nowMs >= notAfter.getTime()) {
    throw new PkiError(
      'AUTHORITY_ENDED',
      `the certificate authority ended at ${notAfter.toISOString()}: nothing can be issued until it is replaced`,
    );
  }
  if (nowMs < notBefore.getTime()) {
    throw new PkiError(
      'AUTHORITY_ENDED',
      `the certificate authority starts at ${notBefore.toISOString()}, in the future: check the clock of this machine`,
      { retryable: true },
    );
  }
}
