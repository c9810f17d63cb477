import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

const HEADER_BYTES = 12;

/** Tells another process by a file which input runs now: one that never ends can no longer be told of otherwise. */
export class Heartbeat {
  readonly #file: number;
  #beats = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /** About to run this input. */
  beat(input: Uint8Array): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUIntBE(++this.#beats, 0, 6);
    header.writeUInt32BE(input.length, 8);
    writeSync(this.#file, Buffer.concat([header, input]), 0, HEADER_BYTES + input.length, 0);
  }

  /** Nothing runs any more. */
  close(): void {
    closeSync(this.#file);
  }
}

/** How many inputs have begun; 0 before the first. */
export function beatsOf(path: string): number {
  try {
    const file = openSync(path, 'r');
    const header = Buffer.alloc(6);
    const read = readSync(file, header, 0, 6, 0);
    closeSync(file);
    return read < 6 ? 0 : header.readUIntBE(0, 6);
  } catch {
    return 0;
  }
}

/** The input that began last. */
export function lastInput(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.length < HEADER_BYTES
    ? Buffer.alloc(0)
    : bytes.subarray(HEADER_BYTES, HEADER_BYTES + bytes.readUInt32BE(8));
}
