/** What a request is signed with. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When AWS stops taking it; absent for keys that the user keeps. */
  readonly expiration?: Date;
}

/**
 * Yields the identity to use now. Cheap enough to be asked before each request.
 * @throws ProviderError CREDENTIALS_UNUSABLE, CREDENTIALS_REJECTED, ACCESS_DENIED and others of `awsFailure`.
 */
export type AwsIdentityProvider = () => Promise<AwsIdentity>;

/** A way in to AWS. */
export interface AwsAccess {
  /** The identity for one request, in a part of `use` or outside of it. */
  readonly login: AwsIdentityProvider;
  /** Runs something that makes requests; where AWS takes the identity no longer, once more with another one. */
  use<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T>;
}
