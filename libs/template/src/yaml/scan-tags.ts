import type { Cursor } from './cursor.ts';
import type { YamlToken } from './tokens.ts';

const wordChar = /[0-9A-Za-z_-]/;
const uriChar = /[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]/;

function scanWord(cursor: Cursor): string {
  let word = '';
  while (wordChar.test(cursor.peek())) word += cursor.read();
  return word;
}

/** `*name` or `&name`. */
export function scanAnchor(cursor: Cursor, kind: 'alias' | 'anchor'): YamlToken {
  const start = cursor.mark;
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '' || (!cursor.isBlankOrEnd() && !'?:,]}%@`'.includes(cursor.peek()))) {
    throw cursor.error('did not find expected alphabetic or numeric character');
  }
  return { kind, start, name };
}

function scanHandle(cursor: Cursor, directive: boolean): string {
  if (cursor.peek() !== '!') throw cursor.error("did not find expected '!'");
  let handle = cursor.read() + scanWord(cursor);
  if (cursor.peek() === '!') handle += cursor.read();
  else if (directive && handle !== '!') throw cursor.error("did not find expected '!'");
  return handle;
}

function scanOctet(cursor: Cursor): number {
  const digits = cursor.peek(1) + cursor.peek(2);
  if (cursor.peek() !== '%' || !/^[0-9a-fA-F]{2}$/.test(digits)) throw cursor.error('did not find URI escaped octet');
  cursor.skip(3);
  return Number.parseInt(digits, 16);
}

/** One character as escaped octets of UTF-8. */
function scanEscape(cursor: Cursor): string {
  const first = scanOctet(cursor);
  const width = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
  if (width === 0) throw cursor.error('found an incorrect leading UTF-8 octet');
  const octets = [first];
  while (octets.length < width) {
    const octet = scanOctet(cursor);
    if ((octet & 0xc0) !== 0x80) throw cursor.error('found an incorrect trailing UTF-8 octet');
    octets.push(octet);
  }
  return Buffer.from(octets).toString('utf8');
}

function scanUri(cursor: Cursor, head: string): string {
  let uri = head.slice(1);
  let any = head !== '';
  while (uriChar.test(cursor.peek())) {
    uri += cursor.peek() === '%' ? scanEscape(cursor) : cursor.read();
    any = true;
  }
  if (!any) throw cursor.error('did not find expected tag URI');
  return uri;
}

/** `!suffix`, `!!suffix`, `!handle!suffix` or `!<uri>`. */
export function scanTag(cursor: Cursor): YamlToken {
  const start = cursor.mark;
  let handle = '';
  let suffix: string;
  if (cursor.peek(1) === '<') {
    cursor.skip(2);
    suffix = scanUri(cursor, '');
    if (cursor.peek() !== '>') throw cursor.error("did not find the expected '>'");
    cursor.skip();
  } else {
    handle = scanHandle(cursor, false);
    if (handle.length > 1 && handle.endsWith('!')) suffix = scanUri(cursor, '');
    else {
      suffix = scanUri(cursor, handle);
      handle = '!';
      // A lone `!` is a tag, not a handle.
      if (suffix === '') [handle, suffix] = ['', '!'];
    }
  }
  if (!cursor.isBlankOrEnd()) throw cursor.error('did not find expected whitespace or line break');
  return { kind: 'tag', start, handle, suffix };
}

function scanVersionNumber(cursor: Cursor): string {
  let digits = '';
  while (/[0-9]/.test(cursor.peek())) {
    digits += cursor.read();
    if (digits.length > 2) throw cursor.error('found extremely long version number');
  }
  if (digits === '') throw cursor.error('did not find expected version number');
  return String(Number(digits));
}

function scanVersion(cursor: Cursor): string {
  cursor.skipBlanks();
  const major = scanVersionNumber(cursor);
  if (cursor.peek() !== '.') throw cursor.error("did not find expected digit or '.' character");
  cursor.skip();
  return `${major}.${scanVersionNumber(cursor)}`;
}

/** `%YAML 1.1` or `%TAG ! prefix`. */
export function scanDirective(cursor: Cursor): YamlToken {
  const start = cursor.mark;
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '') throw cursor.error('could not find expected directive name');
  if (!cursor.isBlankOrEnd()) throw cursor.error('found unexpected non-alphabetical character');
  let token: YamlToken;
  if (name === 'YAML') token = { kind: 'versionDirective', start, version: scanVersion(cursor) };
  else if (name === 'TAG') {
    cursor.skipBlanks();
    const handle = scanHandle(cursor, true);
    if (!cursor.isBlank()) throw cursor.error('did not find expected whitespace');
    cursor.skipBlanks();
    const prefix = scanUri(cursor, '');
    if (!cursor.isBlankOrEnd()) throw cursor.error('did not find expected whitespace or line break');
    token = { kind: 'tagDirective', start, handle, prefix };
  } else throw cursor.error('found unknown directive name');
  cursor.skipBlanks();
  cursor.skipComment();
  if (!cursor.isBreakOrEnd()) throw cursor.error('did not find expected comment or line break');
  if (cursor.isBreak()) cursor.readBreak();
  return token;
}
