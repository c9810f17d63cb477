/** Frames of HTTP/2 as bytes (RFC 9113 §4.1), also such as no library would write: for peers that misbehave. */

/** What a client sends first (RFC 9113 §3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Types of frames (RFC 9113 §6). */
export const FrameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const;
/** Flags of frames (RFC 9113 §6). */
export const FrameFlag = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** What every peer takes in one frame. */
const FRAME_BYTES = 16_384;

/** A frame with the payload it is given, whatever its type. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** SETTINGS with these identifiers and values. */
export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return frame(FrameType.settings, 0, 0, payload);
}

/** RST_STREAM. */
export function resetFrame(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(FrameType.reset, 0, stream, payload);
}

/** GOAWAY, with debug data where there is text. */
export function goawayFrame(lastStream: number, code: number, text = ''): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(lastStream, 0);
  payload.writeUInt32BE(code, 4);
  return frame(FrameType.goaway, 0, 0, Buffer.concat([payload, Buffer.from(text)]));
}

/** HEADERS, and as many CONTINUATIONs as it takes. */
export function headerFrames(stream: number, fields: readonly (readonly [string, string])[], end: boolean): Buffer {
  const block = Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < block.length; at += FRAME_BYTES) {
    const last = at + FRAME_BYTES >= block.length ? FrameFlag.endHeaders : 0;
    const flags = at === 0 && end ? FrameFlag.endStream : 0;
    frames.push(
      frame(
        at === 0 ? FrameType.headers : FrameType.continuation,
        last | flags,
        stream,
        block.subarray(at, at + FRAME_BYTES),
      ),
    );
  }
  return Buffer.concat(frames);
}

/** A string without Huffman's code (RFC 7541 §5.2). */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length: number[] = [Math.min(bytes.length, 127)];
  if (bytes.length >= 127) {
    let left = bytes.length - 127;
    for (; left >= 128; left = Math.floor(left / 128)) length.push((left % 128) | 128);
    length.push(left);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}
