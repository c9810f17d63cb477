import type { KeyObject, X509Certificate } from 'node:crypto';
import { readBlocks } from './bundle.ts';
import { type BundleSeal, openSeal } from './bundle-seal.ts';
import { inspectCertificate } from './inspect.ts';
import type { Signer } from './signer.ts';

/** What is wrong with a stored bundle; what is right in it is trusted all the same. */
export type BundleProblem =
  /** A certificate that the authority's key does not vouch for. `position` counts from 1. */
  | { readonly kind: 'unknown'; readonly position: number; readonly fingerprint: string }
  /** What stands between the marks of a certificate is none. */
  | { readonly kind: 'unreadable'; readonly position: number }
  /** The seal names a certificate that is not there. */
  | { readonly kind: 'missing'; readonly fingerprint: string }
  /** The seal is older than one that was seen before and counts for nothing, or there is none any more: `generation` is 0 then. */
  | { readonly kind: 'outdated'; readonly generation: number; readonly known: number };

/** A bundle as it was stored, where somebody else may have written to it. */
export interface StoredBundle {
  /** PEM text. */
  readonly bundle: string;
  readonly signer: Pick<Signer, 'publicKey'>;
  /** As `sealBundle` made it. Absent: the key vouches for its own certificates alone. */
  readonly seal?: string | undefined;
  /** Seals of a lower generation count for nothing. Default 0. */
  readonly atLeastGeneration?: number | undefined;
}

/** What of a stored bundle may be trusted, and what is wrong with it. */
export interface JudgedBundle {
  /** What peers may be told to trust, in the order of the bundle, each once. */
  readonly trusted: readonly X509Certificate[];
  /** Those of the trusted that are about the signer's own key. */
  readonly own: readonly X509Certificate[];
  readonly problems: readonly BundleProblem[];
  /** Of the seal that counted; 0 without one. */
  readonly generation: number;
}

/**
 * Tells the certificates of a bundle that the authority's key vouches for from all others. It vouches for those about itself that
 * it signed, and for those that its seal names. Never throws, whatever is stored.
 */
export function judgeBundle({ bundle, signer, seal: text, atLeastGeneration = 0 }: StoredBundle): JudgedBundle {
  const blocks = readBlocks(bundle);
  const read = text === undefined ? undefined : openSeal(text, signer);
  const seal = read && read.generation >= atLeastGeneration ? read : undefined;
  const problems: BundleProblem[] = [];
  const trusted = new Map<string, X509Certificate>();
  const own: X509Certificate[] = [];
  for (const [index, certificate] of blocks.entries()) {
    const position = index + 1;
    if (!certificate) {
      problems.push({ kind: 'unreadable', position });
      continue;
    }
    const fingerprint = certificate.fingerprint256;
    const isOwn = isOwnAuthority(certificate, signer);
    if (!isOwn && !seal?.fingerprints.includes(fingerprint)) problems.push({ kind: 'unknown', position, fingerprint });
    else if (!trusted.has(fingerprint)) {
      trusted.set(fingerprint, certificate);
      if (isOwn) own.push(certificate);
    }
  }
  problems.push(...sealProblems(read, seal, trusted, atLeastGeneration));
  return { trusted: [...trusted.values()], own, problems, generation: seal?.generation ?? 0 };
}

/** Whether a certificate is about this key, was signed by it, and may sign others. */
function isOwnAuthority(certificate: X509Certificate, { publicKey }: Pick<Signer, 'publicKey'>): boolean {
  return isAboutKey(certificate, publicKey) && certificate.verify(publicKey) && mayIssue(certificate);
}

/** Whether a certificate is about this key. False for one with a key of a kind that Node does not know. */
export function isAboutKey(certificate: X509Certificate, publicKey: KeyObject): boolean {
  try {
    return certificate.publicKey.equals(publicKey);
  } catch {
    return false;
  }
}

/** Whether a certificate is an authority's and may sign certificates. */
export function mayIssue(certificate: X509Certificate): boolean {
  const { isAuthority, keyUsages } = inspectCertificate(certificate);
  return isAuthority && keyUsages.includes('keyCertSign');
}

function sealProblems(
  read: BundleSeal | undefined,
  counted: BundleSeal | undefined,
  trusted: ReadonlyMap<string, X509Certificate>,
  known: number,
): BundleProblem[] {
  // A first seal names the key's own certificate, which needs none.
  if (!counted && (read || known > 1)) return [{ kind: 'outdated', generation: read?.generation ?? 0, known }];
  const missing = (counted?.fingerprints ?? []).filter((fingerprint) => !trusted.has(fingerprint));
  return missing.map((fingerprint) => ({ kind: 'missing', fingerprint }));
}
