import type { FieldPath } from './aws-config.ts';
import type { AwsErrorMeaning } from './error-names.ts';

/** What helps with most errors of one meaning. */
const USUAL = {
  CREDENTIALS_REJECTED: 'put valid access keys into the referenced Secret',
  ACCESS_DENIED: 'allow it in the IAM policies of the identity and of what it accesses',
} as const satisfies Partial<Record<AwsErrorMeaning, string>>;

const RENEW = 'put access keys with a session token that has not expired into the referenced Secret';
const KMS = "check that the secret's KMS key is enabled, and that its policy and the identity's allow kms:Decrypt";

/** Errors that something else helps with, by AWS's names. */
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['ExpiredToken', RENEW],
  ['ExpiredTokenException', RENEW],
  ['TokenRefreshRequired', RENEW],
  ['DecryptionFailure', KMS],
]);

/** What a user can do about an error of AWS that means `meaning`. */
export function nextStepFor(
  meaning: keyof typeof USUAL,
  { name, message }: { readonly name: string; readonly message: string },
  at: FieldPath,
): string {
  if (isSwitchedOff(name)) return `enable the region in the AWS account, or correct ${at('region')}`;
  // A denied key is told apart from a denied secret by its text alone.
  const denied = meaning === 'ACCESS_DENIED' && /\bKMS\b/.test(message) ? KMS : undefined;
  return SPECIAL.get(name) ?? denied ?? USUAL[meaning];
}

/** Whether an error of this name says that the account does not use the region. */
export function isSwitchedOff(name: string): boolean {
  return name === 'OptInRequired' || name === 'RegionDisabledException';
}
