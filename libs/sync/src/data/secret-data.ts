/** Values by key, as they are fetched and as they stand in a Secret. */
export type SecretData = ReadonlyMap<string, Uint8Array>;

/** Compares two keys by their bytes in UTF-8, as Go sorts strings; JavaScript compares UTF-16. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const ASCII = /^[\0-\x7f]*$/;

/** Sorted by bytes. Texts of ASCII alone, which most are, compare as they are. */
export function sortedByBytes(texts: Iterable<string>): string[] {
  const all = [...texts];
  if (all.every((text) => ASCII.test(text))) return all.sort();
  return all
    .map((text) => ({ text, bytes: Buffer.from(text) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ text }) => text);
}

/** The keys in byte order: everything that visits keys does so in this order, so that results do not depend on chance. */
export function sortedKeys(data: SecretData): string[] {
  return sortedByBytes(data.keys());
}

/** The data of a Secret manifest: values in base64, keys sorted. */
export function encodeSecretData(data: SecretData): Record<string, string> {
  return Object.fromEntries(sortedKeys(data).map((key) => [key, Buffer.from(data.get(key) ?? []).toString('base64')]));
}

/** The values of a Secret manifest's `data`. */
export function decodeSecretData(data: Readonly<Record<string, string>> | undefined): SecretData {
  return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

/** Later sources win: `data` over `dataFrom`, and within each the later entry. */
export function mergeData(sources: readonly SecretData[]): SecretData {
  const merged = new Map<string, Uint8Array>();
  for (const source of sources) for (const [key, value] of source) merged.set(key, value);
  return merged;
}
