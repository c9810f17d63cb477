/** Tries to make an input shorter, at the most. */
const MAX_TRIES = 500;

/**
 * The input without what is not needed for it to fail: pieces are left out, half of it at first, single bytes at last.
 * @param fails whether a shorter input still fails in the same way
 */
export async function minimised(input: Buffer, fails: (input: Buffer) => Promise<boolean>): Promise<Buffer> {
  let shortest = input;
  let tries = 0;
  for (let size = Math.ceil(input.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length && tries < MAX_TRIES; tries++) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
      if (await fails(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}
