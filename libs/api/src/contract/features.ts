/**
 * What a kind can be used for, as `CapabilitiesResponse.features` names it (ADR 0037). A name is never given another
 * meaning; a reader skips those that it does not know.
 */
export const features = [
  /** One value: `GetSecret`. */
  'get',
  /** One secret as several values: `GetSecretMap`. */
  'map',
  /** `GetAllSecrets` with `find.name`. */
  'findByName',
  /** `GetAllSecrets` with `find.tags`. */
  'findByTags',
  /** `GetAllSecrets` with `find.path`. */
  'findByPath',
  /** `metadataPolicy: Fetch`. */
  'metadata',
  'push',
  'delete',
  'exists',
  'batch',
  'watch',
  'generate',
] as const;

/** One thing that a kind can do; `CapabilitiesResponse` carries a set of them. */
export type Feature = (typeof features)[number];

/** Versions of the contract, both ends included. */
export interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

/** The versions that this side speaks. */
export const protocolRange: ProtocolRange = { min: 1, max: 1 };

/** Whether both sides speak at least one version in common. */
export function isSpoken(peer: ProtocolRange, own: ProtocolRange = protocolRange): boolean {
  return peer.min <= own.max && own.min <= peer.max;
}

const KNOWN: ReadonlySet<string> = new Set(features);

/** Whether `name` is a feature that this side knows. */
export function isFeature(name: string): name is Feature {
  return KNOWN.has(name);
}

const READS: readonly Feature[] = ['get', 'map', 'findByName', 'findByTags', 'findByPath'];
const WRITES: readonly Feature[] = ['push', 'delete'];

/** What a status says of a set of features in one word; undefined where they neither read nor write a store. */
export function coarseCapabilities(set: Iterable<Feature>): 'ReadOnly' | 'WriteOnly' | 'ReadWrite' | undefined {
  const has = new Set(set);
  const reads = READS.some((feature) => has.has(feature));
  if (WRITES.some((feature) => has.has(feature))) return reads ? 'ReadWrite' : 'WriteOnly';
  return reads ? 'ReadOnly' : undefined;
}
