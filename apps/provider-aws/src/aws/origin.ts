import type { AwsIdentity } from './aws-identity.ts';

/** How the failure of a request names an identity that AWS does not take. */
export interface IdentityWords {
  /** After "does not accept": `the session of role arn:…`. */
  readonly what: string;
  /** What the user wrote that chose it. */
  readonly field: string;
  readonly nextStep: string;
}

/** Where a login begins, as it stands now. */
export interface Standing {
  /** Another one wherever what the user keeps has changed: sessions that were begun with the one before are used no longer. */
  readonly id: string;
  /** Absent: as `awsFailure` says it of access keys. */
  readonly words?: IdentityWords;
  /**
   * Logs in.
   * @throws ProviderError of `awsFailure`, or CREDENTIALS_UNUSABLE.
   */
  identity(signal: AbortSignal): Promise<AwsIdentity>;
}

/**
 * Reads where a login begins. Cheap enough to be asked before each request.
 * @throws ProviderError CREDENTIALS_UNUSABLE, NAMESPACE_NOT_ALLOWED, BACKEND_UNAVAILABLE.
 */
export type Origin = () => Promise<Standing>;
