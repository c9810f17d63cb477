/** What a login yields. */
export interface LoginResult<S> {
  readonly value: S;
  /** When the backend stops taking it, milliseconds since 1970. Absent: when it says so. */
  readonly expiresAtMs?: number;
}

/** How to log in to a backend and how to leave it. */
export interface LoginSessionOptions<S> {
  /**
   * Logs in. Read the credentials in here, each time.
   * @param context `signal` aborts when all who wait gave up, the backend is closed, or 30 s have passed.
   * @throws ProviderError CREDENTIALS_REJECTED, ACCESS_DENIED or CONFIG_INVALID, which is remembered (see Session); others as a backend's methods.
   */
  login(context: { readonly signal: AbortSignal }): Promise<LoginResult<S>>;
  /**
   * Ends what a login began: once for each value, when nobody uses it any more. It runs before the `close` of the backend,
   * with credentials still readable. What it throws is logged and counted.
   */
  revoke?(value: S, context: { readonly signal: AbortSignal }): Promise<void>;
}
