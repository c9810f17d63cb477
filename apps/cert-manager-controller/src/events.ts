/** Reasons of the events that this process writes; README.md lists them with what they ask for. */
export const EventReason = {
  /** Normal, on the Service: it has its first certificate. */
  issued: 'CertificateIssued',
  /** Normal, on the Service: it has a new certificate. */
  renewed: 'CertificateRenewed',
  /** Normal, on the Service: its certificate is good, and the `ca.crt` beside it was written anew. */
  bundleWritten: 'CertificateBundleWritten',
  /** Warning, on the Service: others of its namespace, or of all, are served before it. */
  throttled: 'CertificateThrottled',
  /** Warning, on the Service: its namespace has more of them than get certificates, and older ones. */
  limitReached: 'CertificateLimitReached',
  /** Warning, on the Service: no certificate could be issued or stored. */
  failed: 'CertificateFailed',
  /** Warning, on the Service: the Secret it wants is not ours, and stays as it is. */
  secretForeign: 'CertificateSecretForeign',
  /** Warning, on the Service: the Secret it wants belongs to another Service. */
  secretTaken: 'CertificateSecretTaken',
  /** Warning, on the Service: the name of the Secret in its annotation is not allowed. */
  secretNameInvalid: 'CertificateSecretNameInvalid',
  /** Warning, on the Service: it is of a type that no provider can be behind. */
  serviceUnsupported: 'ProviderServiceUnsupported',
  /** Normal, on the authority's Secret: it was made. */
  authorityCreated: 'CertificateAuthorityCreated',
  /** Warning, on the authority's Secret: its end is near. */
  authorityExpiring: 'CertificateAuthorityExpiring',
  /** Warning, on the authority's Secret: it has ended. */
  authorityExpired: 'CertificateAuthorityExpired',
  /** Warning, on the authority's Secret: it does not open, or it is not ours. */
  authorityUnusable: 'CertificateAuthorityUnusable',
  /** Warning, on the authority's Secret: it holds an older authority than was in force, and is not used. */
  authorityRolledBack: 'CertificateAuthorityRolledBack',
  /** Warning, on the authority's Secret: it holds what its key does not vouch for, and that is not published. */
  authorityTampered: 'CertificateAuthorityTampered',
} as const;

export type EventReason = (typeof EventReason)[keyof typeof EventReason];
