/** Reasons of the events that this process writes; README.md lists them with what they ask for. */
export const EventReason = {
  /** Normal, on the Service: it has its first certificate. */
  issued: 'CertificateIssued',
  /** Normal, on the Service: it has a new certificate. */
  renewed: 'CertificateRenewed',
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
} as const;

export type EventReason = (typeof EventReason)[keyof typeof EventReason];
