/** What config objects refer to, and how a backend reads it. */

/** Names one key of a Secret, as users write it in config objects. */
export interface SecretKeySelector {
  readonly name?: string | undefined;
  readonly key?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Names one key of a ConfigMap. */
export type ConfigMapKeySelector = SecretKeySelector;

/** Names a whole object. */
export interface ObjectSelector {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Names a ServiceAccount, and audiences of its token besides those that the backend asks for. */
export interface ServiceAccountSelector extends ObjectSelector {
  readonly audiences?: readonly string[] | undefined;
}

/** Where the certificates stand that a backend's server is verified with, as upstream's stores have it. */
export interface CertificateAuthoritySource {
  /** PEM, or base64 of PEM. Where it is given, `caProvider` is not looked at. */
  readonly caBundle?: string | undefined;
  readonly caProvider?:
    | {
        readonly type: 'Secret' | 'ConfigMap';
        readonly name?: string | undefined;
        readonly key?: string | undefined;
        /** Has to be given where the config serves other namespaces than its own. */
        readonly namespace?: string | undefined;
      }
    | undefined;
}

/** What a ServiceAccount's token is asked for. */
export interface ServiceAccountTokenOptions {
  /** Audiences that the backend wants; the selector's own come after them. Default: the API server's. */
  readonly audiences?: readonly string[];
  /** Life of the token, seconds. Default 600, which is the least that the API server issues; it may shorten what is longer. */
  readonly expirationSeconds?: number;
}

/** A token that the API server issued for a ServiceAccount (TokenRequest). */
export interface ServiceAccountToken {
  /** A JWT. */
  readonly token: string;
  /** End of its life, milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** What is read of a ServiceAccount: cloud identities stand in its annotations. */
export interface ServiceAccountIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Reads the objects that a config object refers to, within the namespace rules, which are the same for every kind of reference.
 * What was read is kept for 30 seconds at most; keep nothing of it yourself, ask again at each login.
 *
 * `field` is the path of the reference in the config object, for errors: `spec.auth.secretRef.accessKeyIDSecretRef`. Every method
 * but `revision` and `invalidate` throws ProviderError CREDENTIALS_UNUSABLE (the object or its key is absent, incomplete, malformed,
 * or not readable by this provider), NAMESPACE_NOT_ALLOWED, or BACKEND_UNAVAILABLE (Kubernetes API not reachable).
 */
export interface Credentials {
  /** Namespace in which references without one are looked up; of a ClusterSecretStore that of whoever asks. */
  readonly namespace: string;
  /** The value of one key of a Secret, verbatim. */
  secretKey(selector: SecretKeySelector, field: string): Promise<Uint8Array>;
  /** All keys of a Secret, verbatim. */
  secret(selector: ObjectSelector, field: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The value of one key of a ConfigMap, verbatim. */
  configMapKey(selector: ConfigMapKeySelector, field: string): Promise<string>;
  /**
   * The certificates that a server is verified with, every one of them checked to be an X.509 certificate.
   * @param field path of the object that has the two fields: `spec.server`.
   * @returns PEM; undefined where neither field is given.
   * @throws ProviderError CONFIG_INVALID where `caBundle` or the content holds no certificate, or `caProvider` lacks what it needs.
   */
  certificateAuthority(source: CertificateAuthoritySource, field: string): Promise<string | undefined>;
  /**
   * A short-lived token of a ServiceAccount (TokenRequest). It is kept until a fifth of its life, at most two minutes, is left.
   * @throws ProviderError CONFIG_INVALID where the API server refuses the audiences or the life that is asked for.
   */
  serviceAccountToken(
    selector: ServiceAccountSelector,
    options: ServiceAccountTokenOptions,
    field: string,
  ): Promise<ServiceAccountToken>;
  /** Annotations and identity of a ServiceAccount. */
  serviceAccount(selector: ObjectSelector, field: string): Promise<ServiceAccountIdentity>;
  /**
   * A text that changes when any object that was read so far (the 256 last ones) has changed, come or gone. It is read anew, so that
   * it is one second old at most. Holds nothing of the objects' content.
   * @throws ProviderError BACKEND_UNAVAILABLE.
   */
  revision(): Promise<string>;
  /** Forgets what was read, so that the next call sees the objects as they are. Done by the kit after CREDENTIALS_REJECTED. */
  invalidate(): void;
}
