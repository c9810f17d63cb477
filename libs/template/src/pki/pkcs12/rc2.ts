/** PITABLE of RFC 2268, section 2: a permutation of all bytes that is made from the digits of pi. */
const permutation = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);

function permuted(value: number): number {
  return permutation[value & 255] ?? 0;
}

/** The 64 words of the key schedule (RFC 2268, section 2). */
function expandKey(key: Uint8Array, effectiveBits: number): Uint16Array {
  const bytes = new Uint8Array(128);
  const at = (index: number) => bytes[index] ?? 0;
  bytes.set(key);
  for (let index = key.length; index < 128; index++) bytes[index] = permuted(at(index - 1) + at(index - key.length));
  const effectiveBytes = Math.ceil(effectiveBits / 8);
  const start = 128 - effectiveBytes;
  bytes[start] = permuted(at(start) & (255 >> (8 * effectiveBytes - effectiveBits)));
  for (let index = start - 1; index >= 0; index--) bytes[index] = permuted(at(index + 1) ^ at(index + effectiveBytes));
  return Uint16Array.from({ length: 64 }, (_unused, index) => at(2 * index) | (at(2 * index + 1) << 8));
}

const rotations = [1, 2, 3, 5] as const;

/** Undoes one mixing round, which used four words of the key from `first` on (RFC 2268, section 4.1). */
function unmix(words: Uint16Array, key: Uint16Array, first: number): void {
  const at = (index: number) => words[index & 3] ?? 0;
  for (let index = 3; index >= 0; index--) {
    const rotation = rotations[index] ?? 0;
    const rotated = (at(index) >>> rotation) | (at(index) << (16 - rotation));
    const mixed = (at(index - 1) & at(index - 2)) + (~at(index - 1) & at(index - 3));
    words[index] = rotated - (key[first + index] ?? 0) - mixed;
  }
}

/** Undoes one mashing round (RFC 2268, section 4.2). */
function unmash(words: Uint16Array, key: Uint16Array): void {
  for (let index = 3; index >= 0; index--) {
    words[index] = (words[index] ?? 0) - (key[(words[(index - 1) & 3] ?? 0) & 63] ?? 0);
  }
}

/** One block of 8 bytes (RFC 2268, section 4.3). */
function decryptBlock(block: Buffer, key: Uint16Array): Buffer {
  const words = Uint16Array.from([0, 2, 4, 6], (offset) => block.readUInt16LE(offset));
  for (let round = 15; round >= 0; round--) {
    unmix(words, key, 4 * round);
    if (round === 11 || round === 5) unmash(words, key);
  }
  const out = Buffer.alloc(8);
  words.forEach((word, index) => out.writeUInt16LE(word, 2 * index));
  return out;
}

/**
 * Decrypts RC2 in CBC mode, which the OpenSSL inside Node does not have, and takes off the padding. Throws where the data is no
 * whole number of blocks or the padding is wrong.
 */
export function decryptRc2(effectiveBits: number, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  if (data.length === 0 || data.length % 8 !== 0) throw new Error('no whole number of blocks');
  const schedule = expandKey(key, effectiveBits);
  const out = Buffer.alloc(data.length);
  let previous = Buffer.from(iv);
  for (let offset = 0; offset < data.length; offset += 8) {
    const block = Buffer.from(data.subarray(offset, offset + 8));
    decryptBlock(block, schedule).forEach((byte, index) => (out[offset + index] = byte ^ (previous[index] ?? 0)));
    previous = block;
  }
  const padding = out.at(-1) ?? 0;
  const isPadded = padding >= 1 && padding <= 8 && out.subarray(-padding).every((byte) => byte === padding);
  if (!isPadded) throw new Error('wrong padding');
  return out.subarray(0, -padding);
}
