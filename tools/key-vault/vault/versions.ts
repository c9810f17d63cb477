import type { JWK } from 'jose';

/** What versions of all kinds have. Times are seconds since 1970. */
export interface Attributes {
  enabled: boolean;
  nbf?: number;
  exp?: number;
  created: number;
  updated: number;
}

/** One version of a secret, key or certificate. */
export interface Version {
  /** 32 hexadecimal digits. */
  readonly id: string;
  attributes: Attributes;
  tags: Readonly<Record<string, string>> | undefined;
}

/** One version of a secret. */
export interface SecretVersion extends Version {
  readonly value: string;
  contentType: string | undefined;
  /** Of the certificate that it stands behind, with the same id. */
  readonly managed?: true;
}

/** One version of a key. */
export interface KeyVersion extends Version {
  /** The public half; of a symmetric key its type alone. */
  readonly key: JWK;
  operations: readonly string[];
  /** Of the certificate that it stands behind, with the same id. */
  readonly managed?: true;
}

/** One version of a certificate. */
export interface CertificateVersion extends Version {
  readonly der: Buffer;
  /** As it was given, completed. */
  readonly policy: CertificatePolicy;
}

/** How a certificate is kept. */
export interface CertificatePolicy {
  readonly contentType: string;
  readonly exportable: boolean;
}
