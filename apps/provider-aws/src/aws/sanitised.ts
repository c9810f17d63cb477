/**
 * Takes out of a text by AWS what differs from call to call, so that the same failure reads the same, and what belongs to
 * credentials: request IDs, the credential scope that a rejected signature is quoted with, and access key IDs.
 */
export function sanitised(text: string): string {
  return text
    .replace(/[\s,;(]*\brequest ?id:? [\w-]+\)?/gi, '')
    .replace(/\s*\bCredential=.*$/gim, '')
    .replace(/\b(?:AKIA|ASIA|ABIA|ACCA|A3T\w)[A-Z0-9]{12,}\b/g, '(access key)')
    .trim();
}
