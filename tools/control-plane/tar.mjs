import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';

const BLOCK = 512;

/**
 * Takes files out of a .tar.gz by their base name, and nothing else: a path in the archive decides nothing.
 * @param {string} archive
 * @param {readonly string[]} names base names wanted
 * @param {string} dir where they go, executable
 * @throws Error naming what the archive lacks, or when it is cut off
 */
export async function extractByName(archive, names, dir) {
  const missing = new Set(names);
  for await (const { name, content } of entries(archive, missing)) {
    await writeFile(join(dir, name), content, { mode: 0o755 });
    missing.delete(name);
  }
  if (missing.size > 0) throw new Error(`${archive} has no ${[...missing].join(', ')}`);
}

/**
 * @param {string} archive
 * @param {ReadonlySet<string>} wanted base names
 * @returns {AsyncGenerator<{ name: string, content: Buffer }>}
 */
async function* entries(archive, wanted) {
  const reader = new BlockReader(createReadStream(archive).pipe(createGunzip()));
  for (;;) {
    const header = await reader.read(BLOCK);
    if (!header || header.every((byte) => byte === 0)) return;
    const size = parseInt(header.toString('latin1', 124, 136), 8) || 0;
    const isFile = header[156] === 0x30 || header[156] === 0;
    const name = basename(header.toString('utf8', 0, 100).replace(/\0.*$/s, ''));
    const content = await reader.read(Math.ceil(size / BLOCK) * BLOCK);
    if (!content) throw new Error(`${archive} is cut off`);
    if (isFile && wanted.has(name)) yield { name, content: content.subarray(0, size) };
  }
}

/** Reads a stream in pieces of a given length. */
class BlockReader {
  #source;
  /** @type {Buffer[]} */
  #chunks = [];
  #buffered = 0;

  /** @param {AsyncIterable<Buffer>} source */
  constructor(source) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /**
   * @param {number} length
   * @returns {Promise<Buffer | undefined>} undefined when the stream ends before
   */
  async read(length) {
    while (this.#buffered < length) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#chunks.push(next.value);
      this.#buffered += next.value.length;
    }
    const all = this.#chunks.length === 1 ? /** @type {Buffer} */ (this.#chunks[0]) : Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#buffered = all.length - length;
    return all.subarray(0, length);
  }
}
