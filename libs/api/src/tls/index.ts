/** TLS as both ends need it: certificates reloaded from a directory, identities of peers, names of what went wrong. */
export {
  CertificateDirectory,
  type CertificateDirectoryOptions,
  type ChangeListener,
  type RefusalListener,
} from './certificate-directory.ts';
export { classifyTlsError, type TlsProblem } from './classify.ts';
export {
  coreIdentity,
  DEFAULT_TRUST_DOMAIN,
  parseProviderIdentity,
  peerIdentity,
  providerIdentity,
  subjectAltNames,
  type SubjectAltNames,
} from './identity.ts';
export { lifetimeProblem, type TlsMaterial } from './material.ts';
export { type CertificateFiles, DEFAULT_CERTIFICATE_FILES } from './read-directory.ts';
