import { GoError, plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { kindOf } from '../value/reflect.ts';
import type { GoMap } from '../value/values.ts';
import { goDict } from '../value/make.ts';
import { define, t } from './define.ts';
import { nilDereference } from './go-panics.ts';
import { emptyUrl, formatUrl, formatUserinfo, hostname, parseUrl } from './url-parse.ts';

/** Gives the errors of `parse` the words in front that the reference has. */
function withContext<T>(words: string, parse: () => T): T {
  const context = authored(words);
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const reason = error.publicReason === undefined ? context : shown`${context}: ${error.publicReason}`;
    throw new GoError(`${context}: ${error.goText}`, reason);
  }
}

function parsed(text: string): GoMap {
  const url = withContext('unable to parse url', () => parseUrl(text));
  return goDict([
    ['scheme', url.scheme],
    ['host', url.host],
    ['hostname', hostname(url.host)],
    ['path', url.path],
    ['query', url.query],
    ['opaque', url.opaque],
    ['fragment', url.fragment],
    ['userinfo', url.user === undefined ? '' : formatUserinfo(url.user)],
  ]);
}

function member(map: GoMap, key: string): string {
  if (!map.entries.has(key)) return '';
  const value = map.entries.get(key) ?? null;
  if (value === null) throw nilDereference();
  if (typeof value === 'string') return value;
  throw plainError(
    shown`unable to parse ${authored(key)} key, must be of type string, but ${authored(kindOf(value))} found`,
  );
}

function joined(map: GoMap): string {
  const url = {
    ...emptyUrl(),
    scheme: member(map, 'scheme'),
    host: member(map, 'host'),
    path: member(map, 'path'),
    query: member(map, 'query'),
    opaque: member(map, 'opaque'),
    fragment: member(map, 'fragment'),
  };
  const userinfo = member(map, 'userinfo');
  if (userinfo === '') return formatUrl(url);
  const { user } = withContext('unable to parse userinfo in dict', () => parseUrl(`proto://${userinfo}@host`));
  return formatUrl({ ...url, user });
}

/** URLs as dictionaries. */
export const urlFunctions = [
  define('urlParse', [t.string], t.dict, (_context, text) => parsed(text)),
  define('urlJoin', [t.dict], t.string, (_context, map) => joined(map)),
];
