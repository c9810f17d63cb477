import { isIPv4, isIPv6 } from 'node:net';
import { DerError } from './der-read.ts';

/** Bytes in front of an IPv4 address that is written as an IPv6 one (RFC 4291, 2.5.5.2). */
const mapped = Buffer.from('00000000000000000000ffff', 'hex');

/** The text of an address of 4 or 16 bytes, in the form of RFC 5952. Throws `DerError` for any other length. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new DerError(`x509: cannot parse IP address of length ${bytes.length}`);
  if (mapped.equals(bytes.subarray(0, 12))) return bytes.subarray(12).join('.');
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
  // The URL standard writes addresses as RFC 5952 does.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The bytes of an address: 4 for IPv4, also where it is written as IPv6. Undefined for what is no address. */
export function ipBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  const bytes = Uint8Array.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]));
  return mapped.equals(bytes.subarray(0, 12)) ? bytes.subarray(12) : bytes;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}
