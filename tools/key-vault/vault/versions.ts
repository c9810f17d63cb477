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
}
