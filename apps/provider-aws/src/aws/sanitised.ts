/** Characters of AWS's text that are looked at: more than a user is ever shown. */
const MAX_CHARACTERS = 2_048;

/**
 * Takes out of a text by AWS what differs from call to call, so that the same failure reads the same, and what belongs to
 * credentials: request IDs, the credential scope that a rejected signature is quoted with, access key IDs, and tokens.
 */
export function sanitised(text: string): string {
  // Some of the expressions take the square of the length, on white space alone.
  return text
    .slice(0, MAX_CHARACTERS)
    .replace(/[\s,;(]*\brequest ?id:? [\w-]+\)?/gi, '')
    .replace(/\s*\bCredential=.*$/gim, '')
    .replace(/(?:AKIA|ASIA|ABIA|ACCA|A3T\w)[A-Z0-9]{12,}/g, '(access key)')
    .replace(/\beyJ[\w-]+(?:\.[\w-]*)*/g, '(token)')
    .trim();
}
