/** HTTP/2 frames by hand, for peers that do what no library does (RFC 9113, RFC 7541). */

import { frame } from '@eso/testing';

const HEADER_BYTES = 9;
/** One frame (RFC 9113 §4.1). */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** SETTINGS that change nothing. */
export const settings = (): Buffer => frame(4, 0, 0);
/** RST_STREAM with CANCEL. */
export const reset = (stream: number): Buffer => frame(3, 0, stream, Buffer.from([0, 0, 0, 8]));

/** The headers of a gRPC call, which leave the stream open. */
export function headers(stream: number, path: string): Buffer {
  const fields = [
    [':method', 'POST'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'provider'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ] as const;
  const block = fields.flatMap(([name, value]) => [
    0,
    name.length,
    ...Buffer.from(name),
    value.length,
    ...Buffer.from(value),
  ]);
  return frame(1, 0x4, stream, Buffer.from(block));
}

/** The whole frames among some bytes. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    frames.push({ type: bytes[at + 3] ?? 0, flags: bytes[at + 4] ?? 0, stream: bytes.readUInt32BE(at + 5), payload });
    at += HEADER_BYTES + length;
  }
  return frames;
}
