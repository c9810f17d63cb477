import type { TLSSocket } from 'node:tls';
import { CLIENT_REFUSED } from '../../contract/client-refused.ts';
import type { ProviderError } from '../../contract/provider-error.ts';
import { statusHeaders } from './error-response.ts';
import { LAST_STREAM_ID } from './sessions.ts';

/** What a refused client is told, and who is told of it. */
export interface RefusedPeerOptions {
  /** What each of its calls is answered with. */
  readonly error: ProviderError;
  /** Called for each call that was answered. */
  readonly onAnswer: () => void;
  /** Called once when nothing more is to be said; the owner of the connection then destroys it. */
  readonly onEnd: () => void;
}

/** RFC 9113 §3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HEADER_BYTES = 9;
const MAX_FRAME_BYTES = 16_384;
/** A client fills its first window (RFC 9113 §6.9.2) and some headers, no more. */
const MAX_BYTES = 128 * 1024;
const MAX_FRAMES = 64;
/** Calls that are on their way together when the client learns that it is refused. */
const MAX_ANSWERS = 16;
const FrameType = { HEADERS: 1, SETTINGS: 4, GOAWAY: 7 } as const;
const ACK = 0x1;
/** END_STREAM and END_HEADERS */
const WHOLE = 0x5;

/**
 * Tells a client that is refused why, in as much HTTP/2 as that takes, without a session: whatever is asked gets the same bytes, of
 * what comes in only the headers of frames are looked at, and nothing of it is kept. A flood of requests, resets, headers or settings
 * costs its sender the connection and this process nothing.
 */
export class RefusedPeer {
  readonly #socket: TLSSocket;
  readonly #options: RefusedPeerOptions;
  readonly #answer: Buffer;
  /** The start of the preface or of a frame's header that has come so far. */
  #partial = Buffer.alloc(0);
  #prefaceSeen = false;
  /** Bytes of the current frame's payload that are still to come. */
  #skip = 0;
  #bytes = 0;
  #frames = 0;
  #answers = 0;
  #ended = false;

  constructor(socket: TLSSocket, options: RefusedPeerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#answer = headerBlock(statusHeaders(options.error));
    socket.on('error', () => this.#end());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#end());
    socket.write(frame(FrameType.SETTINGS, 0, 0));
  }

  /** Nothing that comes is looked at any more. */
  get isOver(): boolean {
    return this.#ended;
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) {
      this.#end();
      return;
    }
    let rest = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    for (;;) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      rest = rest.subarray(skipped);
      const needed = this.#prefaceSeen ? HEADER_BYTES : PREFACE.length;
      if (this.#skip > 0 || rest.length < needed) break;
      if (this.#prefaceSeen) this.#frame(rest);
      else if (rest.subarray(0, needed).equals(PREFACE)) this.#prefaceSeen = true;
      else this.#end();
      if (this.isOver) return;
      rest = rest.subarray(needed);
    }
    this.#partial = Buffer.from(rest);
  }

  #frame(header: Buffer): void {
    const length = header.readUIntBE(0, 3);
    const type = header[3];
    const flags = header[4] ?? 0;
    this.#frames += 1;
    if (length > MAX_FRAME_BYTES || this.#frames > MAX_FRAMES) {
      this.#end();
      return;
    }
    this.#skip = length;
    if (type === FrameType.SETTINGS && (flags & ACK) === 0) this.#socket.write(frame(FrameType.SETTINGS, ACK, 0));
    if (type === FrameType.HEADERS) this.#refuse(header.readUInt32BE(5) & LAST_STREAM_ID);
    if (type === FrameType.GOAWAY) this.#end();
  }

  #refuse(stream: number): void {
    // Before the answer: core believes it only on a connection that said so as a whole.
    if (this.#answers === 0) this.#socket.write(goaway());
    this.#socket.write(frame(FrameType.HEADERS, WHOLE, stream, this.#answer));
    this.#options.onAnswer();
    this.#answers += 1;
    if (this.#answers === MAX_ANSWERS) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#partial = Buffer.alloc(0);
    this.#options.onEnd();
  }
}

/** RFC 9113 §4.1 */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** "Open no more calls here", without an error, and why (RFC 9113 §6.8). */
function goaway(): Buffer {
  const last = Buffer.alloc(8);
  last.writeUInt32BE(LAST_STREAM_ID, 0);
  return frame(FrameType.GOAWAY, 0, 0, Buffer.concat([last, Buffer.from(CLIENT_REFUSED)]));
}

/** A header block of literals that neither side has to remember (RFC 7541 §6.2.2). */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

/** RFC 7541 §5.2, without Huffman's code. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([prefixedInteger(bytes.length), bytes]);
}

/** RFC 7541 §5.1 with a prefix of seven bits. */
function prefixedInteger(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
