import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ProviderError } from '../../contract/provider-error.ts';
import type { HttpRequest } from './http-message.ts';
import type { ResolvedHttpOptions } from './http-options.ts';

/** A request as it is sent. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/**
 * Checks where a request goes and what it says, before anything is sent.
 * @throws ProviderError CONFIG_INVALID (URL), INVALID_REQUEST (path), CREDENTIALS_UNUSABLE (a value that no header can carry).
 */
export function outgoingRequest(options: ResolvedHttpOptions, request: HttpRequest): OutgoingRequest {
  const url = requestUrl(options, request);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.append(name, String(value));
  const { body, type } = encodedBody(request);
  const headers: Record<string, string> = {
    'user-agent': options.userAgent,
    // An answer that has to be unpacked could be larger than its bytes tell.
    'accept-encoding': 'identity',
    ...(type && { 'content-type': type }),
    ...lowerCased(options.headers),
    ...lowerCased(request.headers ?? {}),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  return { url, method: request.method ?? 'GET', headers, body };
}

/**
 * Reads a URL that a user wrote.
 * @throws ProviderError CONFIG_INVALID; quotes nothing of the URL.
 */
export function checkedUrl(text: string, { field, plainHttp }: Pick<ResolvedHttpOptions, 'field' | 'plainHttp'>): URL {
  const invalid = (problem: string, nextStep: string): ProviderError =>
    new ProviderError('CONFIG_INVALID', problem, { ...(field !== undefined && { field }), nextStep });
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid('the URL of the backend is no https URL', 'write https://host:port/path');
  if (url.protocol === 'http:' && !plainHttp)
    throw invalid('the URL of the backend has no TLS (http)', 'use its https URL');
  if (url.username || url.password)
    throw invalid('the URL of the backend holds a user or password', 'keep credentials in a Secret and refer to it');
  return url;
}

function requestUrl(options: ResolvedHttpOptions, { url, path }: HttpRequest): URL {
  if (url !== undefined) return checkedUrl(url, options);
  if (options.baseUrl === undefined) throw new TypeError('a request needs url, or the client baseUrl');
  const whole = checkedUrl(options.baseUrl, options);
  const base = whole.pathname.replace(/\/+$/, '');
  // Set, not resolved: a path that looks like another host ("//host/x") stays a path.
  whole.pathname = base + joined(path ?? '');
  whole.search = '';
  whole.hash = '';
  return whole;
}

function joined(path: string | readonly string[]): string {
  if (typeof path !== 'string') {
    if (path.some((segment) => segment === '')) throw badPath('has an empty part');
    return path.map((segment) => `/${encodeURIComponent(checkedSegment(segment))}`).join('');
  }
  for (const segment of path.split(/[\\/]/)) checkedSegment(segment);
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

/** URLs are normalised when they are read: a part that is `..`, in whatever spelling, would leave the place it was meant for. */
function checkedSegment(segment: string): string {
  if (/^(?:\.|%2e){1,2}$/i.test(segment)) throw badPath('has a part that is "." or ".."');
  return segment;
}

function badPath(problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `the path in the backend ${problem}`, {
    nextStep: 'correct the key or path',
  });
}

function encodedBody({ body, json, form }: HttpRequest): { body: string | Uint8Array | undefined; type?: string } {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  if (form) return { body: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' };
  return { body };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A line break at the end of a token is the usual mistake. */
function checkHeader(name: string, value: string): void {
  validateHeaderName(name);
  try {
    validateHeaderValue(name, value);
  } catch {
    throw new ProviderError(
      'CREDENTIALS_UNUSABLE',
      `the value for header ${name} holds a line break or another character that no header can carry`,
      { nextStep: 'store it without line breaks (kubectl create secret, echo -n)' },
    );
  }
}
