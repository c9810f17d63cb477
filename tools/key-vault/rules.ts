/**
 * What the server insists on. All are on; a test of the server's judge switches one off and sees a case of its table turn red.
 */
export interface Rules {
  /** A client secret is compared. */
  clientSecret: boolean;
  /** A token is refused whose signature is not this authority's. */
  tokenSignature: boolean;
  /** A token is refused whose `aud` is not the vault's resource. */
  tokenAudience: boolean;
  /** A token is refused whose `iss` is not the vault's tenant. */
  tokenIssuer: boolean;
  /** A token is refused after its `exp`. */
  tokenExpiry: boolean;
  /** An application does only what the vault's access policies permit it. */
  permissions: boolean;
}

/** Every rule on. */
export function allRules(): Rules {
  return {
    clientSecret: true,
    tokenSignature: true,
    tokenAudience: true,
    tokenIssuer: true,
    tokenExpiry: true,
    permissions: true,
  };
}
