import type {
  ClusterStoreCondition,
  ExternalSecretDataFrom,
  ExternalSecretRewrite,
  ExternalSecretSpec,
} from '@eso/api/resources';

/** What becomes of an entry of the corpus. */
export type Expectation =
  /** Its cost is bounded without being refused. */
  | { readonly kind: 'synced' }
  /** The Ready condition names a field and says with a code which bound was met. */
  | { readonly kind: 'condition'; readonly field: RegExp; readonly code: RegExp }
  /** The API server does not even take the object. */
  | { readonly kind: 'rejected'; readonly text: RegExp };

/** One way in which a tenant, or a provider, could make core or a shared provider work for ever. */
export interface HostileEntry {
  /** Kebab-case, and no prefix of another one's. */
  readonly name: string;
  /** What it tries. */
  readonly attack: string;
  readonly backend: HostileBackend;
  /** The spec of the ExternalSecret without its store and its interval. */
  readonly spec: HostileSpec;
  readonly expected: Expectation;
}

export type HostileSpec = Pick<ExternalSecretSpec, 'data' | 'dataFrom'>;

export type HostileBackend =
  /** provider-fake holds these secrets. */
  | { readonly kind: 'fake'; readonly secrets: () => Readonly<Record<string, string>> }
  /** As `fake`, through a ClusterProvider with these conditions. */
  | {
      readonly kind: 'clusterFake';
      readonly secrets: () => Readonly<Record<string, string>>;
      readonly conditions: ClusterStoreCondition[];
    }
  /** A provider of somebody else's answers each read with these bytes. */
  | { readonly kind: 'answer'; readonly message: () => Buffer; readonly pieceBytes?: number };

/** A condition with one of these codes that names a field which matches. */
export function condition(field: RegExp, ...codes: readonly string[]): Expectation {
  return { kind: 'condition', field, code: new RegExp(`\\[(?:${codes.join('|')})\\]`) };
}

export const synced: Expectation = { kind: 'synced' };

/** One secret. */
export function secret(key: string, value: () => string): HostileBackend {
  return { kind: 'fake', secrets: () => ({ [key]: value() }) };
}

/** A JSON object with that many properties of one value. */
export function document(count: number, key: (index: number) => string, value: unknown = 'v'): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), value])));
}

/** `data` of one value. */
export function property(path: string): HostileSpec {
  return { data: [{ secretKey: 'value', remoteRef: { key: 'doc', property: path } }] };
}

/** `dataFrom` of one document, with these rewrites. */
export function extract(
  rewrite: ExternalSecretRewrite[] = [],
  more: Partial<NonNullable<ExternalSecretDataFrom['extract']>> = {},
): HostileSpec {
  return { dataFrom: [{ extract: { key: 'doc', ...more }, ...(rewrite.length > 0 ? { rewrite } : {}) }] };
}

/** `dataFrom` of all secrets whose name matches. */
export function find(
  regexp: string,
  rewrite: ExternalSecretRewrite[] = [],
  more: Partial<NonNullable<ExternalSecretDataFrom['find']>> = {},
): HostileSpec {
  return { dataFrom: [{ find: { name: { regexp }, ...more }, ...(rewrite.length > 0 ? { rewrite } : {}) }] };
}

export function regexp(source: string, target: string): ExternalSecretRewrite {
  return { regexp: { source, target } };
}
