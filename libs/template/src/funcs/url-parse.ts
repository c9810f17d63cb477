import { isIPv4, isIPv6 } from 'node:net';
import { quote } from '../strconv/quote.ts';
import { GoError, plainError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';
import { toLower } from '../value/unicode.ts';
import { escapeUrl, isEscapedPath, unescapeUrl } from './url-escape.ts';

/** User name and, where one is given, password, unescaped. */
export interface Userinfo {
  readonly name: string;
  readonly password: string | undefined;
}

/** A URL as `net/url` takes it apart. */
export interface Url {
  scheme: string;
  opaque: string;
  user: Userinfo | undefined;
  host: string;
  path: string;
  /** The path as it was written, where that is not its default form. */
  rawPath: string;
  query: string;
  fragment: string;
}

/** An empty URL. */
export function emptyUrl(): Url {
  return { scheme: '', opaque: '', user: undefined, host: '', path: '', rawPath: '', query: '', fragment: '' };
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function splitScheme(text: string): [scheme: string, rest: string] {
  if (text.startsWith(':')) throw plainError('missing protocol scheme');
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  return match === null ? ['', text] : [match[1] ?? '', text.slice(match[0].length)];
}

function checkPort(port: string): void {
  if (port !== '' && !/^:[0-9]*$/.test(port)) {
    throw new GoError(`invalid port ${quote(port)} after host`, constant('invalid port after host'));
  }
}

function bracketHost(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw plainError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const address =
    zone < 0
      ? unescapeUrl(name, 'host')
      : unescapeUrl(name.slice(0, zone), 'host') + unescapeUrl(name.slice(zone), 'zone');
  if (isIPv4(address)) throw plainError('invalid IP-literal');
  if (!isIPv6(address))
    throw new GoError(`invalid host: ParseAddr(${quote(address)}): unable to parse IP`, constant('invalid host'));
  return `[${address}]${unescapeUrl(port, 'host')}`;
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw plainError('invalid IP-literal');
  if (bracket === 0) return bracketHost(host);
  // Lists of hosts with ports are common with databases; http and https are strict.
  const strict = scheme === 'http' || scheme === 'https';
  const colon = strict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapeUrl(host, 'host');
}

function parseUserinfo(text: string): Userinfo {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw plainError('net/url: invalid userinfo');
  const [name, password] = cut(text, ':');
  return {
    name: unescapeUrl(name, 'user'),
    password: text.includes(':') ? unescapeUrl(password, 'user') : undefined,
  };
}

function parseAuthority(url: Url, authority: string): void {
  const at = authority.lastIndexOf('@');
  url.host = parseHost(url.scheme, authority.slice(at + 1));
  if (at >= 0) url.user = parseUserinfo(authority.slice(0, at));
}

function parseWithoutFragment(text: string): Url {
  const url = emptyUrl();
  if (Array.from(text).some((unit) => unit < ' ' || unit === '\x7f')) {
    throw plainError('net/url: invalid control character in URL');
  }
  if (text === '*') return { ...url, path: '*' };
  const [scheme, afterScheme] = splitScheme(text);
  url.scheme = toLower(scheme);
  const [hierarchical, query] = cut(afterScheme, '?');
  let rest = hierarchical;
  url.query = query;
  if (!rest.startsWith('/')) {
    if (url.scheme !== '') return { ...url, opaque: rest };
    if (cut(rest, '/')[0].includes(':')) throw plainError('first path segment in URL cannot contain colon');
  }
  if (rest.startsWith('//') && (url.scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    parseAuthority(url, authority);
  }
  url.path = unescapeUrl(rest, 'path');
  url.rawPath = escapeUrl(url.path, 'path') === rest ? '' : rest;
  return url;
}

/** `url.Parse`. Throws a `GoError` with Go's text. */
export function parseUrl(text: string): Url {
  const [main, fragment] = cut(text, '#');
  const failed = (shown: string, error: unknown): never => {
    if (!(error instanceof GoError)) throw error;
    throw new GoError(`parse ${quote(shown)}: ${error.goText}`, error.publicReason);
  };
  let url: Url;
  try {
    url = parseWithoutFragment(main);
  } catch (error) {
    return failed(main, error);
  }
  try {
    return { ...url, fragment: unescapeUrl(fragment, 'fragment') };
  } catch (error) {
    return failed(text, error);
  }
}

/** `Userinfo.String`. */
export function formatUserinfo(user: Userinfo): string {
  const name = escapeUrl(user.name, 'user');
  return user.password === undefined ? name : `${name}:${escapeUrl(user.password, 'user')}`;
}

/** The name of a host without port and brackets. */
export function hostname(host: string): string {
  const name = host.replace(/:[0-9]*$/, '');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function escapedPath(url: Url): string {
  if (url.rawPath !== '' && isEscapedPath(url.rawPath)) return url.rawPath;
  return url.path === '*' ? '*' : escapeUrl(url.path, 'path');
}

function hierarchy(url: Url): string {
  let out = '';
  if (url.host !== '' || url.user !== undefined || (url.scheme !== '' && url.path !== '')) out += '//';
  if (url.user !== undefined) out += `${formatUserinfo(url.user)}@`;
  out += escapeUrl(url.host, 'host');
  const path = escapedPath(url);
  if (path !== '' && !path.startsWith('/') && url.host !== '') out += '/';
  // A first segment with a colon would be read as a scheme.
  if (out === '' && url.scheme === '' && cut(path, '/')[0].includes(':')) out += './';
  return out + path;
}

/** `URL.String`. */
export function formatUrl(url: Url): string {
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  const query = url.query === '' ? '' : `?${url.query}`;
  const fragment = url.fragment === '' ? '' : `#${escapeUrl(url.fragment, 'fragment')}`;
  return scheme + (url.opaque === '' ? hierarchy(url) : url.opaque) + query + fragment;
}
