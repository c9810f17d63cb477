import { decodeGoBase64 } from '../funcs/encoding.ts';
import { fromBytes, toBytes } from '../value/utf8.ts';

/** One block of a PEM text (RFC 1421, as Go's encoding/pem reads it). Texts are byte strings. */
export interface PemBlock {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

/** The next block and what follows it; without a block, `rest` is the whole text. */
export type PemResult =
  | { readonly kind: 'block'; readonly block: PemBlock; readonly rest: string }
  | { readonly kind: 'none'; readonly rest: string };

const begin = '-----BEGIN ';
const end = '\n-----END ';
const dashes = '-----';

/** A line without its end and without blanks at its own end, and where the next line starts. */
function lineAt(text: string, start: number): { readonly line: string; readonly next: number } {
  const newline = text.indexOf('\n', start);
  const stop = newline < 0 ? text.length : newline;
  const withoutReturn = newline > start && text[newline - 1] === '\r' ? newline - 1 : stop;
  // A pattern for the blanks at the end would try each run of blanks of the line in square time.
  let last = withoutReturn;
  while (last > start && (text[last - 1] === ' ' || text[last - 1] === '\t')) last--;
  return { line: text.slice(start, last), next: newline < 0 ? stop : newline + 1 };
}

interface Headers {
  readonly headers: Map<string, string>;
  /** Where the base64 starts. */
  readonly next: number;
}

/** The `key: value` lines; undefined where the text ends before another line. */
function readHeaders(text: string, start: number): Headers | undefined {
  const headers = new Map<string, string>();
  for (let at = start; at < text.length;) {
    const { line, next } = lineAt(text, at);
    const colon = line.indexOf(':');
    if (colon < 0) return { headers, next: at };
    headers.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    at = next;
  }
  return undefined;
}

/** The block whose END line is at `endAt`, or why there is none: this one is no block, or there can be none at all. */
function blockAt(text: string, from: number, endAt: number): PemResult | 'invalid' | 'over' {
  const beginAt = text.slice(from, endAt).lastIndexOf(begin);
  if (beginAt < 0 || (beginAt > 0 && text[from + beginAt - 1] !== '\n')) return 'invalid';
  const { line, next } = lineAt(text, from + beginAt + begin.length);
  if (!line.endsWith(dashes)) return 'invalid';
  const type = line.slice(0, -dashes.length);
  const head = readHeaders(text, next);
  // Headers that swallow the END line leave nothing to go on with.
  if (head === undefined || head.next > endAt + end.length) return 'over';
  if (head.headers.size > 0 && endAt < head.next) return 'invalid';
  const tail = type + dashes;
  const tailAt = endAt + end.length;
  if (text.slice(tailAt, tailAt + tail.length) !== tail) return 'invalid';
  const last = lineAt(text, tailAt + tail.length);
  if (last.line !== '') return 'invalid';
  const decoded = decodeGoBase64(text.slice(head.next, Math.max(endAt, head.next)).replace(/[ \t]/g, ''));
  if (!decoded.ok) return 'invalid';
  const block = { type, headers: head.headers, bytes: toBytes(decoded.bytes) };
  return { kind: 'block', block, rest: text.slice(last.next) };
}

/**
 * The next block of a text. Blocks start and end at line borders; what is no block is skipped, as are BEGIN lines without
 * an END line.
 */
export function nextPem(text: string): PemResult {
  let from = 0;
  for (;;) {
    const endAt = text.indexOf(end, from);
    if (endAt < 0) return { kind: 'none', rest: text };
    const found = blockAt(text, from, endAt);
    if (found === 'over') return { kind: 'none', rest: text };
    if (found !== 'invalid') return found;
    from = endAt + end.length;
  }
}

/** All blocks from the start of a text on, and what is left of it. */
export function allPem(text: string): { readonly blocks: readonly PemBlock[]; readonly rest: string } {
  const blocks: PemBlock[] = [];
  let found = nextPem(text);
  while (found.kind === 'block') {
    blocks.push(found.block);
    found = nextPem(found.rest);
  }
  return { blocks, rest: found.rest };
}

/** A block as text: 64 characters a line, `Proc-Type` before the other headers. */
export function encodePem(type: string, bytes: Uint8Array, headers: ReadonlyMap<string, string> = new Map()): string {
  const names = [...headers.keys()].sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
  const head = names.map((name) => `${name}: ${headers.get(name) ?? ''}\n`).join('');
  const base64 = Buffer.from(fromBytes(bytes), 'latin1').toString('base64');
  const body = base64.replace(/.{64}(?!$)/g, '$&\n');
  return `${begin}${type}${dashes}\n${head}${head === '' ? '' : '\n'}${body}${body === '' ? '' : '\n'}-----END ${type}${dashes}\n`;
}

function rank(name: string): number {
  return name === 'Proc-Type' ? 0 : 1;
}
