/** What an ELF file of 64 bits, little endian, asks the dynamic linker for (System V ABI, "Dynamic Section"). */

const SEGMENT = { load: 1, dynamic: 2 };
const TAG = { needed: 1, stringTable: 5 };

/** Names of libraries, as `libc.so.6`; nothing for a file that is no ELF file or needs none. */
export function neededLibraries(file: Buffer): string[] {
  if (file.toString('latin1', 0, 4) !== '\x7fELF') return [];
  const number = (at: number): number => Number(file.readBigUInt64LE(at));
  const [start, size, count] = [number(32), file.readUInt16LE(54), file.readUInt16LE(56)];
  const segments = Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return { type: file.readUInt32LE(at), offset: number(at + 8), address: number(at + 16), bytes: number(at + 32) };
  });
  const dynamic = segments.find(({ type }) => type === SEGMENT.dynamic);
  if (!dynamic) return [];
  const tags: { tag: number; value: number }[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.bytes; at += 16) {
    tags.push({ tag: number(at), value: number(at + 8) });
  }
  const address = tags.find(({ tag }) => tag === TAG.stringTable)?.value ?? 0;
  const loaded = segments.find(
    (one) => one.type === SEGMENT.load && address >= one.address && address < one.address + one.bytes,
  );
  const strings = address - (loaded?.address ?? 0) + (loaded?.offset ?? 0);
  return tags
    .filter(({ tag }) => tag === TAG.needed)
    .map(({ value }) => file.toString('latin1', strings + value, file.indexOf(0, strings + value)));
}
