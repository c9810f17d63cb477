/**
 * What the server insists on, and what it does unasked. All are on; the test of the server's judge switches off one after the other,
 * and each time a case of the judge's table turns red.
 */
const RULES = {
  /** Logins: a client secret is compared. */
  clientSecret: true,
  /** Logins: a client secret is refused after its end. */
  clientSecretExpiry: true,
  /** Logins: an assertion is signed by a certificate of the application, or by a key of its issuer. */
  assertionSignature: true,
  /** Logins: an assertion of the application's own is for this authority. */
  assertionAudience: true,
  /** Logins: an assertion is refused after its `exp`. */
  assertionExpiry: true,
  /** Logins: a foreign token is for the subject that the application trusts. */
  federatedSubject: true,
  /** Logins: a foreign token is for the audience that the application trusts. */
  federatedAudience: true,
  /** Logins: only registered applications. */
  knownApplication: true,
  /** Managed identity: the header that keeps others from being led to the endpoint. */
  identityHeader: true,
  /** Managed identity: only identities that are there. */
  knownIdentity: true,
  /** A token is refused whose signature is not this authority's. */
  tokenSignature: true,
  /** A token is refused whose `aud` is not the vault's resource. */
  tokenAudience: true,
  /** A token is refused whose `iss` is not the vault's tenant. */
  tokenIssuer: true,
  /** A token is refused after its `exp`. */
  tokenExpiry: true,
  /** A refusal for want of a good token says where to get one. */
  challenge: true,
  /** An application does only what the vault's access policies permit it. */
  permissions: true,
  /** The version of the API is asked for and known. */
  apiVersion: true,
  /** Names are letters, digits and hyphens. */
  names: true,
  /** A value has at most 25,600 bytes. */
  valueSize: true,
  /** Lists come in pages with a link to the next. */
  paging: true,
  /** The value of a disabled secret is not given out. */
  disabled: true,
  /** The name of what is deleted is taken until that is recovered or purged. */
  deletedNames: true,
  /** With a vault's purge protection nothing is purged. */
  purgeProtection: true,
  /** While a deleted object is being recovered it is neither there nor free. */
  recovering: true,
  /** A throttled call is told when to come again. */
  retryAfter: true,
  /** A certificate comes with the key that fits it. */
  certificateKey: true,
  /** Text is a certificate only where the policy says so. */
  certificateContentType: true,
  /** A key that is imported is whole. */
  keyMaterial: true,
  /** A registry takes a login for the resource manager or for registries, and no other. */
  registryAudience: true,
};

/** Which rules are on. */
export type Rules = { -readonly [Name in keyof typeof RULES]: boolean };

/** Every rule on. */
export function allRules(): Rules {
  return { ...RULES };
}
