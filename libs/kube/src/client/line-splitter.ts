import type { OversizedObject } from './options.ts';

const NEWLINE = 10;
/** Bytes of a line that is too long which are kept, to tell whose it is. */
const HEAD_BYTES = 4_096;

/** One line of an answer, or what is left of one that was too long to be kept. */
export type Line = { kind: 'line'; text: string } | Oversized;

/** Something that was too large to be kept; `head` is its beginning. */
export interface Oversized {
  kind: 'oversized';
  bytes: number;
  head: string;
}

/** Collects the bytes of one piece of an answer; beyond `maxBytes` it keeps the head alone. */
export class PieceBuffer {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #oversized = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (!this.#oversized) this.#parts.push(part);
    if (this.#oversized || this.#bytes <= this.#maxBytes) return;
    this.#oversized = true;
    this.#parts = [Buffer.concat(this.#parts, HEAD_BYTES)];
  }

  /** What was collected; the buffer is empty afterwards. */
  take(): Line {
    const [first, second] = this.#parts;
    const whole = first === undefined || second !== undefined ? Buffer.concat(this.#parts) : first;
    const text = whole.toString();
    const taken: Line = this.#oversized
      ? { kind: 'oversized', bytes: this.#bytes, head: text }
      : { kind: 'line', text };
    this.#parts = [];
    this.#bytes = 0;
    this.#oversized = false;
    return taken;
  }
}

/** Cuts a stream of bytes into lines; a line is put together once, however many chunks it came in. */
export class LineSplitter {
  readonly #line: PieceBuffer;

  /** @param maxBytes a longer line is not kept, only its head */
  constructor(maxBytes: number) {
    this.#line = new PieceBuffer(maxBytes);
  }

  /** Whether bytes of an unfinished line are waiting. */
  get pending(): boolean {
    return !this.#line.isEmpty;
  }

  /** The lines that `chunk` completes. */
  *push(chunk: Buffer): Generator<Line, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#line.add(chunk.subarray(start, end));
      yield this.#line.take();
      start = end + 1;
    }
    this.#line.add(chunk.subarray(start));
  }
}

/**
 * How the metadata of an object begins. Built-in kinds have their name first; custom kinds are sorted, and show it only where nothing
 * long (annotations) stands before.
 */
const METADATA = /"metadata":\{[^{}]*?"name":"([^"\\]+)"(?:,"generateName":"[^"\\]*")?(?:,"namespace":"([^"\\]+)")?/;

/** What can be told of an object that was too large to be kept. */
export function describeOversized({ bytes, head }: Oversized): OversizedObject {
  const [, name, namespace] = METADATA.exec(head) ?? [];
  return { bytes, ref: name === undefined ? undefined : { name, ...(namespace !== undefined && { namespace }) } };
}
