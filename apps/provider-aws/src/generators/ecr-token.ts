import { ProviderError } from '@eso/api/server';

/** What ECR says of one login, private or public. */
export interface AuthorizationData {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
  /** Absent for public registries. */
  readonly proxyEndpoint?: string | undefined;
}

/**
 * The values of an ECRAuthorizationToken.
 * @param entries exactly one
 * @throws ProviderError BACKEND_UNAVAILABLE for what is no whole answer; nothing of it is in the text
 */
export function ecrValues(entries: readonly AuthorizationData[], scope: 'private' | 'public'): Map<string, Uint8Array> {
  const [entry, ...others] = entries;
  if (!entry || others.length > 0) throw unusable(`${entries.length} authorization tokens instead of one`);
  const { authorizationToken = '', expiresAt, proxyEndpoint } = entry;
  const [username, password, ...more] = Buffer.from(authorizationToken, 'base64').toString().split(':');
  if (!username || !password || more.length > 0) throw unusable('a token that is no user name and password');
  if (!expiresAt) throw unusable('a token without an end');
  const values = new Map([
    ['username', username],
    ['password', password],
    ['expires_at', unixSeconds(expiresAt)],
  ]);
  if (scope === 'private') {
    if (!proxyEndpoint) throw unusable('a token without the address of its registry');
    values.set('proxy_endpoint', proxyEndpoint);
  }
  return bytesOf(values);
}

/** A time as generators write it. */
export function unixSeconds(time: Date): string {
  return String(Math.floor(time.getTime() / 1_000));
}

/** Texts as the values of a generator. */
export function bytesOf(values: ReadonlyMap<string, string>): Map<string, Uint8Array> {
  return new Map([...values].map(([key, text]) => [key, Buffer.from(text)]));
}

function unusable(what: string): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', `AWS ECR answered with ${what}`, {
    nextStep: 'check the endpoint that the provider was given for ECR, and the status of AWS',
  });
}
