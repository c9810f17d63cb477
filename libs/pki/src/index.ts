/** Certificates: issue, judge, bundle; the Signer behind which the authority's key lives. Where they are stored is left to others. */
export {
  AUTHORITY_SUBJECT,
  type AuthorityRequest,
  type CertificateAuthority,
  checkAuthorityCurrent,
  createCertificateAuthority,
  openCertificateAuthority,
  type OpenedAuthority,
} from './authority.ts';
export type { DistinguishedName } from './build-certificate.ts';
export { joinBundle, parseBundle } from './bundle.ts';
export { type BundleSeal, openSeal, sealBundle, type SealRequest } from './bundle-seal.ts';
export { PkiError, type PkiErrorCode } from './error.ts';
export { type CertificateFacts, inspectCertificate } from './inspect.ts';
export { type BundleProblem, type StoredBundle } from './judge-bundle.ts';
export { issueClientLeaf, issueLeaf, issueServerLeaf, type KeyPair, type LeafRequest } from './issue-leaf.ts';
export { type KeyEncryptionKeyFile, readKeyEncryptionKey } from './key-encryption-key.ts';
export {
  type LeafExpectation,
  type LeafProblem,
  leafProblems,
  nextLeafRenewal,
  type StoredLeaf,
} from './leaf-problems.ts';
export {
  authorityRenewalInstant,
  checkAuthorityValidity,
  checkLeafLifetime,
  DEFAULT_AUTHORITY_VALIDITY_MS,
  DEFAULT_LEAF_VALIDITY_MS,
  defaultRenewalWindow,
  type LeafLifetime,
  MAX_AUTHORITY_VALIDITY_MS,
  MAX_LEAF_VALIDITY_MS,
  MIN_AUTHORITY_VALIDITY_MS,
  MIN_LEAF_VALIDITY_MS,
  renewalInstant,
} from './lifetimes.ts';
export {
  checkClusterDomain,
  checkTrustDomain,
  clientIdentity,
  DEFAULT_CLUSTER_DOMAIN,
  DEFAULT_TRUST_DOMAIN,
  type LeafIdentity,
  serverIdentity,
  type ServiceName,
} from './names.ts';
export type { SignatureAlgorithm, Signer, SignerSource, StoredKey } from './signer.ts';
export { wrappedKeySource } from './wrapped-key-signer.ts';
