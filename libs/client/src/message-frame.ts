import { WireFailure } from './wire-failure.ts';

const HEADER_BYTES = 5;

/** A message as gRPC puts it on the wire: a byte of flags, four bytes of length, the message. Never compressed. */
export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + message.byteLength);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, HEADER_BYTES);
  return frame;
}

/** Pieces in which an answer may come: these, and one for so many bytes. Frames of HTTP/2 usually have 16 KiB. */
const MIN_PIECES = 1_024;
const BYTES_PER_PIECE = 256;

/** Puts the one message of a unary answer together, refusing it as soon as its announced length is too large. */
export class MessageReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #pieces = 0;
  #wanted: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws WireFailure */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (++this.#pieces > MIN_PIECES + this.#bytes / BYTES_PER_PIECE)
      throw new WireFailure('protocol', 'the answer comes in crumbs');
    if (this.#wanted === undefined && this.#bytes >= HEADER_BYTES) this.#readHeader();
    if (this.#bytes > HEADER_BYTES + (this.#wanted ?? Infinity)) {
      throw new WireFailure('protocol', 'more than one message came back');
    }
  }

  /** The message; undefined when it has not come, or not all of it. */
  message(): Uint8Array | undefined {
    if (this.#wanted === undefined || this.#bytes < HEADER_BYTES + this.#wanted) return undefined;
    return Buffer.concat(this.#chunks).subarray(HEADER_BYTES);
  }

  #readHeader(): void {
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    if (joined.readUInt8(0) !== 0)
      throw new WireFailure('protocol', 'the answer is compressed, which was not asked for');
    this.#wanted = joined.readUInt32BE(1);
    if (this.#wanted > this.#maxBytes) {
      const text = `the answer has ${this.#wanted} bytes, ${this.#maxBytes} are allowed`;
      throw new WireFailure('responseTooLarge', text);
    }
  }
}
