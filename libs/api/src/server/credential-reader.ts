/** Names one key of a Secret, as users write it in config objects. */
export interface SecretKeySelector {
  readonly name?: string | undefined;
  readonly key?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Reads the Secrets that a config object refers to, within the namespace rules. */
export interface CredentialReader {
  /** Namespace in which references without one are looked up. */
  readonly namespace: string;
  /**
   * The value of one key, verbatim.
   * @param field path of the selector in the config object, for the error: `spec.auth.secretRef.accessKeyIDSecretRef`.
   * @throws ProviderError CREDENTIALS_UNUSABLE (Secret or key absent, or not readable by this provider),
   * NAMESPACE_NOT_ALLOWED, BACKEND_UNAVAILABLE (Kubernetes API not reachable).
   */
  secretKey(selector: SecretKeySelector, field: string): Promise<Uint8Array>;
  /** Forgets what was read, so that the next call sees the Secrets as they are. Done by the kit after CREDENTIALS_REJECTED. */
  invalidate(): void;
}
