import { ProviderError } from '@eso/api/server';
import type { FieldPath } from '../azure/azure-config.ts';
import type { RefusedAnswer } from '../azure/sdk-transport.ts';

/** The call that failed. */
export interface VaultCall {
  /** What was tried, after "may not" and "cannot": `get secret db`. */
  readonly action: string;
  /** The object in words: `secret db`. */
  readonly object: string;
  /** What the user wrote that led to the call. */
  readonly field: string;
  readonly at: FieldPath;
}

/** What a vault says of an absent object; a 404 that says anything else comes from somebody else. */
const ABSENT: ReadonlySet<string> = new Set([
  'SecretNotFound',
  'KeyNotFound',
  'CertificateNotFound',
  'DeletedSecretNotFound',
  'DeletedKeyNotFound',
  'DeletedCertificateNotFound',
]);

/** Reasons of a 403 that no grant helps with. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  SecretDisabled: 'enable the secret, or the version asked for',
  KeyDisabled: 'enable the key, or the version asked for',
  CertificateDisabled: 'enable the certificate, or the version asked for',
  ForbiddenByFirewall: "admit the provider's network in the firewall of the vault",
  ForbiddenByConnection: "admit the provider's network in the firewall of the vault",
};

/** What a vault says about a refused call, as far as nothing secret can stand in it. */
export interface VaultWords {
  readonly code: string | undefined;
  /** The reason below it, such as `ForbiddenByRbac`. */
  readonly reason: string | undefined;
}

/** Names of errors in an answer's body; absent where it is none of Key Vault's. */
export function vaultWords(body: string): VaultWords {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; innererror?: { code?: unknown } } };
    return { code: word(error?.code), reason: word(error?.innererror?.code) };
  } catch {
    return { code: undefined, reason: undefined };
  }
}

/** Says what a refused call means. Texts are made of fixed words and of the names of Key Vault's errors. */
export function vaultFailure(answer: RefusedAnswer, call: VaultCall): ProviderError {
  const { status, host, retryAfterMs, requestId } = answer;
  const { code, reason } = vaultWords(answer.body);
  const name = [code, reason].filter((part) => part !== undefined).join('/') || `HTTP ${status}`;
  const common = {
    backend: { code: name, ...(requestId === undefined ? {} : { requestId }) },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const asked = { ...common, field: call.field };
  if (status === 429) return new ProviderError('BACKEND_THROTTLED', `${host} limits the rate of requests`, common);
  // A page of a proxy, or whatever else stands under the URL.
  if (status >= 500 || code === undefined)
    return new ProviderError(
      'BACKEND_UNAVAILABLE',
      `${host} answers with HTTP ${status}${code ? ` (${code})` : ' and no error of Key Vault'}`,
      {
        ...common,
        nextStep: `check ${call.at('vaultUrl')}, the provider's network and the status of Azure`,
      },
    );
  switch (status) {
    case 401:
      return new ProviderError('CREDENTIALS_REJECTED', `${host} does not accept the token (${name})`, {
        ...common,
        field: call.at('tenantId'),
        nextStep: `check that ${call.at('tenantId')} is the tenant of the vault`,
      });
    case 403:
      return new ProviderError('ACCESS_DENIED', `may not ${call.action}: Key Vault answered ${name}`, {
        ...asked,
        nextStep:
          FORBIDDEN[reason ?? ''] ??
          'allow it to the identity: by a role of Azure RBAC, or in the access policies of the vault',
      });
    case 404:
      return ABSENT.has(code)
        ? new ProviderError('SECRET_NOT_FOUND', `${call.object} does not exist`, asked)
        : new ProviderError('BACKEND_UNAVAILABLE', `${host} answers with HTTP 404 (${name})`, common);
    case 409:
      return new ProviderError('CONFLICT', `cannot ${call.action}: Key Vault answered ${name}`, asked);
    default:
      return new ProviderError('INVALID_REQUEST', `cannot ${call.action}: Key Vault answered ${name}`, asked);
  }
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9]{0,63}$/.test(value) ? value : undefined;
}
