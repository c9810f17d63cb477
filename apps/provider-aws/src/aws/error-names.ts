/** What the names of AWS's errors say, where a name says enough. */
export type AwsErrorMeaning = 'CREDENTIALS_REJECTED' | 'ACCESS_DENIED' | 'BACKEND_THROTTLED' | 'BACKEND_UNAVAILABLE';

/** The same failure has other names in other protocols of AWS, and in emulators. */
const NAMES: Readonly<Record<AwsErrorMeaning, readonly string[]>> = {
  CREDENTIALS_REJECTED: [
    'UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidClientTokenIdException', 'InvalidAccessKeyId',
    'SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature', 'IncompleteSignatureException',
    'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'ExpiredToken', 'ExpiredTokenException',
    'TokenRefreshRequired', 'AuthFailure', 'InvalidToken', 'InvalidIdentityToken', 'InvalidIdentityTokenException',
    'IDPRejectedClaim', 'IDPRejectedClaimException',
  ],
  ACCESS_DENIED: [
    'AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized', 'DecryptionFailure',
    'OptInRequired', 'RegionDisabledException',
  ],
  BACKEND_THROTTLED: [
    'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException',
    'TooManyRequestsException', 'RequestLimitExceeded', 'BandwidthLimitExceeded', 'SlowDown',
    'PriorRequestNotComplete', 'EC2ThrottledException', 'ProvisionedThroughputExceededException',
  ],
  BACKEND_UNAVAILABLE: ['IDPCommunicationError', 'IDPCommunicationErrorException'],
}; // prettier-ignore

const MEANINGS: ReadonlyMap<string, AwsErrorMeaning> = new Map(
  (Object.keys(NAMES) as AwsErrorMeaning[]).flatMap((meaning) =>
    NAMES[meaning].map((name) => [name, meaning] as const),
  ),
);

/** The meaning of an error of this name; undefined when the name alone does not tell. */
export function meaningOf(name: string): AwsErrorMeaning | undefined {
  return MEANINGS.get(name);
}
