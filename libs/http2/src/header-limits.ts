import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/**
 * What an answer may have in header fields and trailers, as HTTP/2 counts it (RFC 9113 §6.5.2: 32 bytes more for each field), bytes.
 * It is announced, and gRPC's servers in Go, C, Java and their kin then fail that one call instead of sending more. Not above 64 KiB:
 * a single field of more than that is the end of the whole connection, since nghttp2, on which Node builds, cannot pass over it.
 */
export const ANSWER_HEADER_BYTES = 64 * 1024;

/** Options of a client session. The size bounds the number of fields, too; Node's own limit of 128 would end honest answers. */
export const answerHeaderOptions = {
  settings: { maxHeaderListSize: ANSWER_HEADER_BYTES },
  maxHeaderListPairs: ANSWER_HEADER_BYTES / 32,
} as const;

/** Bytes of header fields as HTTP/2 counts them. */
export function headerListBytes(headers: IncomingHttpHeaders | OutgoingHttpHeaders): number {
  let bytes = 0;
  for (const name in headers) bytes += 32 + name.length + String(headers[name]).length;
  return bytes;
}
