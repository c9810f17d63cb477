import fc from 'fast-check';
import { ProviderError } from '../../contract/provider-error.ts';
import type { HttpRequest } from './http-message.ts';
import { type HttpClientOptions, resolveHttpOptions } from './http-options.ts';
import { outgoingRequest } from './request-target.ts';

const MARKER = 'hunter2-marker';
const { signal } = new AbortController();

function outgoing(request: Partial<HttpRequest>, options: HttpClientOptions = { baseUrl: 'https://vault:8200/v1' }) {
  return outgoingRequest(resolveHttpOptions(options), { operation: 'x', signal, ...request });
}

function refusal(...args: Parameters<typeof outgoing>): { code: string; text: string; field?: string | undefined } {
  try {
    return { code: 'none', text: outgoing(...args).url.href };
  } catch (error) {
    const { code, publicMessage, nextStep, field } = ProviderError.from(error);
    return { code, text: `${publicMessage}. ${nextStep}`, field };
  }
}

test.each<[string, HttpRequest['path'], string]>([
  ['https://vault', undefined, 'https://vault/'],
  ['https://vault/', '/v1/x', 'https://vault/v1/x'],
  ['https://vault/base//', 'x', 'https://vault/base/x'],
  ['https://vault/base', '//evil/x', 'https://vault/base//evil/x'],
  ['https://vault/base', '/a?b#c', 'https://vault/base/a%3Fb%23c'],
  ['https://vault/base?old=1#f', '/x', 'https://vault/base/x'],
  [
    'https://vault/base',
    ['a', 'b/c', 'd?e', 'f#g', 'h%2f', '...'],
    'https://vault/base/a/b%2Fc/d%3Fe/f%23g/h%252f/...',
  ],
])('%s with path %j is %s', (baseUrl, path, expected) => {
  expect(outgoing({ ...(path !== undefined && { path }) }, { baseUrl }).url.href).toBe(expected);
});

test('a query of the path is not one: parameters are given as such', () => {
  expect(outgoing({ path: '/x', query: { a: 'b c', n: 1 } }).url.href).toBe('https://vault:8200/v1/x?a=b+c&n=1');
});

test.each<HttpRequest['path']>([
  ['a', '..', 'b'],
  ['.'],
  ['%2e%2E'],
  ['.%2e'],
  ['a', ''],
  '/a/../b',
  '/a/%2e%2e/b',
  '/a\\..\\b',
  '..',
])('the path %j leads somewhere else and is refused', (path) => {
  expect(refusal({ path: path ?? '' }).code).toBe('INVALID_REQUEST');
});

test('whatever names users write, a request stays below its base, in as many parts as were given', () => {
  const names = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, (path) => {
      let url: URL;
      try {
        ({ url } = outgoing({ path }));
      } catch (error) {
        // Names that are no text at all, and those that are dots.
        expect(error instanceof URIError || (error as ProviderError).code === 'INVALID_REQUEST').toBe(true);
        return;
      }
      const [, base, ...parts] = url.pathname.split('/');
      expect([url.origin, base, url.search, url.hash]).toEqual(['https://vault:8200', 'v1', '', '']);
      expect(parts.map(decodeURIComponent)).toEqual(path);
    }),
  );
});

test.each<[string, string]>([
  [`ftp://${MARKER}`, 'is no https URL'],
  [MARKER, 'is no https URL'],
  ['', 'is no https URL'],
  [`http://${MARKER}`, 'has no TLS'],
  [`https://user:${MARKER}@vault`, 'holds a user or password'],
])('the URL %s is refused without being quoted', (url, problem) => {
  for (const refused of [
    refusal({}, { baseUrl: url, field: 'spec.server' }),
    refusal({ url }, { field: 'spec.server' }),
  ]) {
    expect(refused).toMatchObject({ code: 'CONFIG_INVALID', field: 'spec.server' });
    expect(refused.text).toContain(problem);
    expect(refused.text).not.toContain(MARKER);
  }
});

test('plain HTTP where it is allowed', () => {
  expect(outgoing({ url: 'http://dev:1/x' }, { plainHttp: true }).url.href).toBe('http://dev:1/x');
});

test.each(['a\nb', 'a\r\nx: y', 'a\0', 'ā'])(
  'a value that no header can carry (%j) is named by its header alone',
  (value) => {
    const { code, text } = refusal({ headers: { 'X-Vault-Token': `${MARKER}${value}` } });
    expect([code, text]).toEqual([
      'CREDENTIALS_UNUSABLE',
      expect.stringContaining('the value for header x-vault-token'),
    ]);
    expect(text).not.toContain(MARKER);
  },
);
