/** The sources of an ExternalSecret, in the order in which they are fetched. */
import {
  DEFAULT_STORE_KIND,
  type ExternalSecret,
  type ExternalSecretFind,
  type ExternalSecretRemoteRef,
  type ExternalSecretRewrite,
  type StoreKind,
  type StoreRef,
} from '@eso/api/resources';
import { SyncError } from '../error.ts';

/** Store that a source is fetched from. */
export interface SelectedStore {
  readonly kind: StoreKind;
  readonly name: string;
  /** Path of the field that names it. */
  readonly field: string;
}

interface SourceBase {
  /** Path of the source, such as `spec.dataFrom[0].extract` or `spec.data[2]`. */
  readonly field: string;
  readonly index: number;
  readonly store: SelectedStore;
}

/** Every property of one secret. */
export interface ExtractSource extends SourceBase {
  readonly kind: 'extract';
  readonly ref: ExternalSecretRemoteRef;
  readonly rewrite: readonly ExternalSecretRewrite[];
}

/** Every secret that matches. */
export interface FindSource extends SourceBase {
  readonly kind: 'find';
  readonly find: ExternalSecretFind;
  readonly rewrite: readonly ExternalSecretRewrite[];
}

/** One value under one key. */
export interface DataSource extends SourceBase {
  readonly kind: 'data';
  readonly secretKey: string;
  readonly ref: ExternalSecretRemoteRef;
}

/** An entry of `dataFrom` or `data` with the store that it is fetched from. */
export type Source = ExtractSource | FindSource | DataSource;

/**
 * All of `dataFrom`, then all of `data`; later ones win on equal keys. Generators are no sources of a store and are left
 * out, and so is an entry that has a store but neither extract nor find.
 * @throws SyncError STORE_NOT_NAMED when a source has no store
 */
export function sourcesOf({ spec }: Pick<ExternalSecret, 'spec'>): Source[] {
  const sources: Source[] = [];
  for (const [index, entry] of (spec.dataFrom ?? []).entries()) {
    const field = `spec.dataFrom[${index}]`;
    const rewrite = entry.rewrite ?? [];
    const store = () => select(entry.sourceRef?.storeRef, spec.secretStoreRef, field);
    if (entry.find) {
      sources.push({ kind: 'find', field: `${field}.find`, index, store: store(), find: entry.find, rewrite });
    } else if (entry.extract) {
      sources.push({ kind: 'extract', field: `${field}.extract`, index, store: store(), ref: entry.extract, rewrite });
    }
  }
  for (const [index, { secretKey, remoteRef, sourceRef }] of (spec.data ?? []).entries()) {
    const field = `spec.data[${index}]`;
    const store = select(sourceRef?.storeRef, spec.secretStoreRef, field);
    sources.push({ kind: 'data', field, index, store, secretKey, ref: remoteRef });
  }
  return sources;
}

/** The stores that the sources use, each once. Nothing is thrown for a source without one. */
export function storesOf({ spec }: Pick<ExternalSecret, 'spec'>): { kind: StoreKind; name: string }[] {
  const refs = [
    spec.secretStoreRef,
    ...(spec.dataFrom ?? []).map((entry) => entry.sourceRef?.storeRef),
    ...(spec.data ?? []).map((entry) => entry.sourceRef?.storeRef),
  ];
  const stores = new Map<string, { kind: StoreKind; name: string }>();
  for (const ref of refs) {
    if (ref?.name === undefined) continue;
    const kind = ref.kind ?? DEFAULT_STORE_KIND;
    stores.set(`${kind}/${ref.name}`, { kind, name: ref.name });
  }
  return [...stores.values()];
}

function select(own: StoreRef | undefined, common: StoreRef | undefined, field: string): SelectedStore {
  const ref = own ?? common;
  const refField = own ? `${field}.sourceRef.storeRef` : 'spec.secretStoreRef';
  if (ref?.name === undefined) {
    throw new SyncError({
      code: 'STORE_NOT_NAMED',
      field: `${refField}.name`,
      what: `no store is named for ${field}`,
      nextStep: 'Set spec.secretStoreRef, or sourceRef.storeRef of this entry.',
    });
  }
  return { kind: ref.kind ?? DEFAULT_STORE_KIND, name: ref.name, field: refField };
}
