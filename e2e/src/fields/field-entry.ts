import type { ExternalSecret, ExternalSecretSpec } from '@eso/api/resources';
import { configMaps, isKubeError, type Secret, secrets } from '@eso/kube';
import type { System } from '../support/system.ts';

/** What users see of an ExternalSecret: its status, and the target of its name. */
export interface Seen {
  readonly ready: string | undefined;
  readonly reason: string | undefined;
  readonly message: string;
  readonly binding: string | undefined;
  /** Values of the target as text; undefined: there is none. */
  readonly data: Readonly<Record<string, string>> | undefined;
  /** Data of the ConfigMap of the target's name; undefined: there is none. */
  readonly configMap: Readonly<Record<string, string>> | undefined;
  readonly target: Pick<Secret, 'metadata' | 'type' | 'immutable'> | undefined;
  readonly status: ExternalSecret['status'];
}

/** A part of what is seen; matchers of jest may stand for values. */
export type SeenPart = Readonly<Partial<Record<keyof Seen, unknown>>>;

/**
 * What a field changes: two ExternalSecrets that differ in it alone, and what is seen of each. What is seen of the one must not be
 * true of the other.
 */
export interface FieldEntry {
  /** Leaves of the schema: one, or those that can only be set together. */
  readonly fields: readonly string[];
  /** What the field does, as the end of a sentence. */
  readonly does: string;
  readonly with: Partial<ExternalSecretSpec>;
  /** Default: the smallest spec, that takes `user` from the store. */
  readonly without?: Partial<ExternalSecretSpec>;
  readonly shows: SeenPart;
  /** Default: it is ready. */
  readonly otherwise?: SeenPart;
  /**
   * The backend's value of `user` changes twice, and this one of the two follows: the other one has had the time to follow, too. The
   * entry has a store of its own.
   */
  readonly follows?: 'with' | 'without';
}

/** A field that has no effect, with the reason; the two ExternalSecrets come out equal. */
export interface InertEntry extends Pick<FieldEntry, 'fields' | 'with' | 'without'> {
  readonly why: string;
}

/** A field of which the API server takes one value only. */
export interface RefusedEntry extends Pick<FieldEntry, 'fields' | 'with'> {
  /** Field that the refusal names. */
  readonly names: string;
}

/** A field that core writes. */
export interface StatusEntry {
  readonly fields: readonly string[];
  /** Of one that is ready. */
  readonly ready: (status: NonNullable<ExternalSecret['status']>) => unknown;
  readonly shows: unknown;
  /** Of one whose secret is absent; undefined where it has no such field. */
  readonly failed: unknown;
}

/** The smallest spec, with more in it or other values. */
export const specOf = (more: Partial<ExternalSecretSpec> = {}, store = 'store'): ExternalSecretSpec => ({
  refreshInterval: '1h',
  secretStoreRef: { kind: 'Provider', name: store },
  ...(more.dataFrom || more.data ? {} : { data: [{ secretKey: 'user', remoteRef: { key: 'user' } }] }),
  ...more,
});

/** Reads what is seen of an ExternalSecret now. */
export async function see(system: System, namespace: string, name: string): Promise<Seen> {
  const { spec, status } = await system.externalSecret(namespace, name);
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const ref = { namespace, name: spec.target?.name ?? name };
  const target = await orNothing(system.admin.get(secrets, ref));
  return {
    ready: condition?.status,
    reason: condition?.reason,
    message: condition?.message ?? '',
    binding: status?.binding?.name,
    data: target && texts(target.data ?? {}),
    configMap: (await orNothing(system.admin.get(configMaps, ref)))?.data,
    target,
    status,
  };
}

async function orNothing<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isKubeError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

const texts = (data: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

/** Fails unless a part is true of what is seen; `data` has to be equal as a whole. */
export function expectSeen(seen: Seen, part: SeenPart): void {
  expect(seen).toMatchObject(part);
  if ('data' in part) expect(seen.data).toEqual(part.data);
}

/** Whether a part is true of what is seen. */
export function holdsOf(seen: Seen, part: SeenPart): boolean {
  try {
    expectSeen(seen, part);
    return true;
  } catch {
    return false;
  }
}
