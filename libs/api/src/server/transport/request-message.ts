import type { ServerHttp2Stream } from 'node:http2';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ByteSemaphore, Release } from './byte-semaphore.ts';

/** The bounds of one message. */
export interface ReadMessageOptions {
  /** Largest message, bytes. */
  readonly maxBytes: number;
  /** Where the bytes of all requests that are being read or served have to find room. */
  readonly room: ByteSemaphore;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** A message as it came, with its prefix, and the room that it takes until it is given back. */
export interface RequestMessage {
  readonly envelope: Uint8Array;
  readonly release: Release;
}

/** A byte for compression and four for the length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export const PREFIX_BYTES = 5;
/** Pieces in which a message may come: these, and one for so many bytes. Frames of HTTP/2 usually have 16 KiB. */
const MIN_PIECES = 1_024;
const BYTES_PER_PIECE = 256;

/**
 * Reads the one message of a call. Its length stands at its start: room is taken for the whole of it before the rest is read, so that
 * messages that are only half there cannot keep each other from being finished.
 * @throws ProviderError INVALID_REQUEST, UNSUPPORTED, LIMIT_EXCEEDED; the signal's reason
 */
export function readMessage(stream: ServerHttp2Stream, options: ReadMessageOptions): Promise<RequestMessage> {
  return new Promise((resolve, reject) => {
    new Reading(stream, options, resolve, reject);
  });
}

class Reading {
  readonly #stream: ServerHttp2Stream;
  readonly #options: ReadMessageOptions;
  readonly #resolve: (message: RequestMessage) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #chunks: Uint8Array[] = [];
  #received = 0;
  /** Bytes of the envelope, once its prefix is there. */
  #total: number | undefined;
  #release: Release | undefined;
  #ended = false;
  #done = false;

  constructor(
    stream: ServerHttp2Stream,
    options: ReadMessageOptions,
    resolve: (message: RequestMessage) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#stream = stream;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    if (options.signal.aborted) {
      this.#fail(options.signal.reason);
      return;
    }
    options.signal.addEventListener('abort', this.#aborted, { once: true });
    stream.on('data', this.#data);
    stream.on('end', this.#end);
  }

  readonly #aborted = (): void => this.#fail(this.#options.signal.reason);

  readonly #data = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#total === undefined && this.#received >= PREFIX_BYTES) this.#begin();
    if (this.#total !== undefined && this.#received > this.#total)
      this.#fail(invalid('the request has more than one message'));
    else if (this.#chunks.length > MIN_PIECES + this.#received / BYTES_PER_PIECE)
      this.#fail(invalid('the request comes in crumbs'));
  };

  readonly #end = (): void => {
    this.#ended = true;
    if (this.#total === undefined || this.#received < this.#total)
      this.#fail(
        invalid(this.#received === 0 ? 'the request has no message' : 'the message of the request is cut off'),
      );
    else this.#finish();
  };

  /** The prefix is there. */
  #begin(): void {
    const { maxBytes, room, signal } = this.#options;
    const prefix = joined(this.#chunks);
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(1);
    if (prefix[0] !== 0)
      this.#fail(new ProviderError('UNSUPPORTED', 'the request is compressed, which this provider does not read'));
    else if (length > maxBytes)
      this.#fail(
        new ProviderError(
          'LIMIT_EXCEEDED',
          `the request has ${length} bytes, more than the provider's limit of ${maxBytes}`,
          {
            nextStep: 'send less at once, or raise --max-request-bytes of the provider',
          },
        ),
      );
    else {
      this.#total = PREFIX_BYTES + length;
      const release = room.acquire(this.#total, signal);
      if (typeof release === 'function') this.#release = release;
      else this.#wait(release);
    }
  }

  #wait(coming: Promise<Release>): void {
    this.#stream.pause();
    coming.then(
      (release) => {
        this.#release = release;
        if (this.#done) release();
        else if (this.#ended) this.#finish();
        else this.#stream.resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #finish(): void {
    if (this.#done || this.#release === undefined) return;
    this.#leave();
    this.#resolve({ envelope: joined(this.#chunks), release: this.#release });
  }

  #fail(reason: unknown): void {
    if (this.#done) return;
    this.#leave();
    this.#chunks.length = 0;
    this.#release?.();
    // What else comes is thrown away: unread it would hold up the connection.
    if (!this.#stream.destroyed) this.#stream.resume();
    this.#reject(reason);
  }

  #leave(): void {
    this.#done = true;
    this.#options.signal.removeEventListener('abort', this.#aborted);
    this.#stream.off('data', this.#data);
    this.#stream.off('end', this.#end);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

function invalid(problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem);
}
