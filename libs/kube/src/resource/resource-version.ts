/**
 * Compares resource versions as the decimal numbers that they are (KEP-5504), however long: negative when `a` is older, 0 when they are
 * the same, positive when `a` is newer. `''`, the version of what was never read, is the oldest of all.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
