import { KubeError } from '../error.ts';
import { type Line, PieceBuffer } from './line-splitter.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** Bytes that a list may have around its items: kind, version, metadata. */
const MAX_ENVELOPE_BYTES = 1024 * 1024;

/** Where in the answer the next byte is. */
type Place = 'envelope' | 'between' | 'item';

/**
 * Cuts the JSON of a list into its items while it comes, so that no more than one of them is ever held. Knows as much of JSON as
 * that takes: strings and depth. What is not JSON shows when an item or the envelope is parsed.
 */
export class ListSplitter {
  readonly #item: PieceBuffer;
  readonly #envelope = new PieceBuffer(MAX_ENVELOPE_BYTES);
  #place: Place = 'envelope';
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The last string of the outermost object: the key, when an array begins. */
  #lastString = '';

  /** @param maxItemBytes a larger item is not kept, only its head */
  constructor(maxItemBytes: number) {
    this.#item = new PieceBuffer(maxItemBytes);
  }

  /** The items that `chunk` completes. @throws KubeError PROTOCOL for what cannot be a list of objects */
  *push(chunk: Buffer): Generator<Line, void, undefined> {
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      if (this.#inString) {
        i = this.#throughString(chunk, i);
        continue;
      }
      const byte = chunk[i] ?? 0;
      const before = this.#place;
      if (byte === QUOTE) this.#beginString();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open(byte);
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(byte);
      else if (before === 'between' && byte > SPACE && byte !== COMMA) throw noObjects();
      if (before === this.#place) continue;
      // The brackets of the array belong to the envelope, the braces of an item to the item.
      const end = before === 'between' ? i : i + 1;
      this.#keep(before, chunk.subarray(start, end));
      start = end;
      if (before === 'item') yield this.#item.take();
    }
    this.#keep(this.#place, chunk.subarray(start));
  }

  /** What stands around the items, as JSON with an empty array in their place. @throws KubeError PROTOCOL when it is too large */
  end(): string {
    const envelope = this.#envelope.take();
    if (envelope.kind === 'line') return envelope.text;
    throw new KubeError('PROTOCOL', `a list has ${envelope.bytes} bytes beside its items`);
  }

  #keep(place: Place, bytes: Buffer): void {
    if (place === 'item') this.#item.add(bytes);
    else if (place === 'envelope') this.#envelope.add(bytes);
  }

  #beginString(): void {
    if (this.#place === 'between') throw noObjects();
    this.#inString = true;
    if (this.#depth === 1) this.#lastString = '';
  }

  /** Goes on to the end of a string, or of the chunk; returns the last index it looked at. */
  #throughString(chunk: Buffer, from: number): number {
    let i = from;
    for (; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    if (this.#depth === 1 && this.#lastString.length < 16) this.#lastString += chunk.toString('latin1', from, i);
    return i;
  }

  #open(byte: number): void {
    if (this.#place === 'between') {
      if (byte !== OPEN_BRACE) throw noObjects();
      this.#place = 'item';
    } else if (
      this.#place === 'envelope' &&
      this.#depth === 1 &&
      byte === OPEN_BRACKET &&
      this.#lastString === 'items'
    ) {
      this.#place = 'between';
    }
    this.#depth += 1;
  }

  #close(byte: number): void {
    this.#depth -= 1;
    if (this.#place === 'item' && this.#depth === 2) this.#place = 'between';
    else if (this.#place === 'between') {
      if (byte !== CLOSE_BRACKET) throw noObjects();
      this.#place = 'envelope';
    }
  }
}

function noObjects(): KubeError {
  return new KubeError('PROTOCOL', 'a list holds something that is no object');
}
