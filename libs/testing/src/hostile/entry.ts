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
  /** The Ready condition names a field, says with a code what was wrong with it and, where that is a bound of ours, names it. */
  | {
      readonly kind: 'condition';
      readonly field: RegExp;
      readonly code: RegExp;
      readonly bound?: RegExp;
      readonly orSynced?: boolean;
    }
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

/** The part of an ExternalSecret's spec that an entry fills in. */
export type HostileSpec = Pick<ExternalSecretSpec, 'data' | 'dataFrom'>;

/** What an entry finds behind its store. */
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

/** A bound is a number; those in brackets are places in a list. */
const BOUND = /(?<![[\d])\d[\d,.]*(?![\]\d])/;

/** A condition with one of these codes that names a field which matches, and a bound. */
export function failsWithBound(field: RegExp, ...codes: readonly string[]): Expectation {
  return { kind: 'condition', field, code: anyOf(codes), bound: BOUND };
}

/** A condition with one of these codes that names a field which matches: wrong for another reason than its size. */
export function failsFor(field: RegExp, ...codes: readonly string[]): Expectation {
  return { kind: 'condition', field, code: anyOf(codes) };
}

/** Whether a condition's message says what is expected of it. */
export function isAsExpected(message: string, expected: Extract<Expectation, { kind: 'condition' }>): boolean {
  const { field, code, bound } = expected;
  return field.test(message) && code.test(message) && (bound === undefined || bound.test(message));
}

function anyOf(codes: readonly string[]): RegExp {
  return new RegExp(`\\[(?:${codes.join('|')})\\]`);
}

/** As `bounded`; an object that is synced, because this backend or machine has enough for it, is as good. */
export function failsWithBoundOrSyncs(field: RegExp, ...codes: readonly string[]): Expectation {
  return { kind: 'condition', field, code: anyOf(codes), orSynced: true };
}

/** The object is synced as if nothing was wrong with it. */
export const syncs: Expectation = { kind: 'synced' };

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

/** A rewrite of keys by regular expression. */
export function regexp(source: string, target: string): ExternalSecretRewrite {
  return { regexp: { source, target } };
}

/**
 * A name of 248 characters, nearly as many as the key of a Secret may have, and of letters alone: an expression that ends in a digit
 * has to try all of it.
 */
export function longName(index: number): string {
  return String(index)
    .padStart(5, '0')
    .replace(/\d/g, (digit) => 'bcdefghijk'.charAt(Number(digit)))
    .padEnd(248, 'a');
}
