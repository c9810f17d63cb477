import { X509Certificate } from 'node:crypto';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import type { CertificateAuthoritySource } from './credentials.ts';
import { canonicalBase64 } from './values.ts';

/** Longest text of certificates, characters; a Secret or ConfigMap has no room for more. */
const MAX_CHARACTERS = 1024 * 1024;
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a text. What stands between them (comments, other blocks) is left out.
 * @param text PEM, or base64 of PEM, as upstream takes both.
 * @param field path of the text, for the error.
 * @returns PEM of the certificates alone.
 * @throws ProviderError CONFIG_INVALID when there is none, or one does not parse.
 */
export function certificatesIn(text: string, field: string): string {
  if (text.length > MAX_CHARACTERS)
    throw invalid(field, `the certificates are longer than ${MAX_CHARACTERS} characters`, 'give fewer certificates');
  const blocks = pemOf(text).match(BLOCK) ?? [];
  if (blocks.length === 0)
    throw invalid(
      field,
      'it holds no certificate in PEM',
      'give the text of the certificate from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, or base64 of it',
    );
  blocks.forEach((block, index) => {
    if (isCertificate(block)) return;
    throw invalid(
      field,
      `certificate ${index + 1} of ${blocks.length} is no X.509 certificate`,
      'copy the certificate anew, with all of its lines',
    );
  });
  return `${blocks.join('\n')}\n`;
}

/**
 * Whether a `caProvider` says all that it has to. Where a config object serves other namespaces, certificates without a namespace
 * would be read from whoever asks, who would choose the server that is trusted.
 * @throws ProviderError CONFIG_INVALID
 */
export function checkCaProvider(
  { type, namespace }: NonNullable<CertificateAuthoritySource['caProvider']>,
  scope: CredentialScope,
  field: string,
): void {
  // The type says so, the object of an inline kind need not.
  if (!['Secret', 'ConfigMap'].includes(type))
    throw invalid(`${field}.type`, 'it is neither Secret nor ConfigMap', 'write Secret or ConfigMap');
  if ((scope.kind === 'anyNamespace' || scope.kind === 'namedNamespace') && !namespace)
    throw invalid(field, 'caProvider lacks namespace, which a cluster-scoped store has to give', 'name the namespace');
}

function pemOf(text: string): string {
  if (text.includes('-----BEGIN ')) return text;
  return canonicalBase64(text.replaceAll(/\s+/g, ''))?.toString('latin1') ?? '';
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}

function invalid(field: string, problem: string, nextStep: string): ProviderError {
  return new ProviderError('CONFIG_INVALID', problem, { field, nextStep });
}
