import { createHash } from 'node:crypto';

/** Of a secret that has none yet; the same for all, so that of two who create a secret one does, and the other learns of it. */
export const FIRST_VERSION = '00000000-0000-0000-0000-000000000001';

/**
 * ID of the version that follows upon those that a secret has: who saw the same asks for the same, and AWS takes one of them and refuses
 * the other (`ResourceExistsException`), whose value was made of what is no longer current. Any change of the versions gives another
 * one, also when an earlier version was made current again.
 * @param stages versions with the labels that they have, as DescribeSecret answers
 * @returns a UUID (version 8)
 */
export function nextVersion(stages: Readonly<Record<string, readonly string[]>>): string {
  const versions = Object.entries(stages)
    .map(([id, labels]) => [id, [...labels].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (versions.length === 0) return FIRST_VERSION;
  const hex = createHash('sha256').update(JSON.stringify(versions)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
