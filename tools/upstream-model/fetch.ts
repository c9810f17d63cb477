/** What sources give, and what becomes of absent ones, as far as the models' objects need it: no rewrites, no strategies but Base64. */
import type { DataFromEntry, RemoteReference, StoreReference, SyncedObject, Texts } from './objects.ts';

/** What a store holds, by key: texts. Undefined where there is no such store. */
export type Backend = (store: StoreReference) => Texts | undefined;

/** What all sources together give. */
export type Fetched =
  | {
      readonly kind: 'data';
      /** In base64. */
      readonly data: Texts;
      /** Messages about sources that were absent and passed over. */
      readonly missing: readonly string[];
    }
  /** `field`: the source that failed. */
  | { readonly kind: 'failed'; readonly field: string };

/** Asks the sources in order; later ones win. An absent one fails everything under Retain, and is passed over otherwise. */
export function fetched({ spec }: SyncedObject, backend: Backend): Fetched {
  const data: Record<string, string> = {};
  const missing: string[] = [];
  const passesOver = ['Delete', 'Merge'].includes(spec.target?.deletionPolicy ?? 'Retain');
  const stored = (own: StoreReference | undefined): Texts => backend(own ?? spec.secretStoreRef ?? {}) ?? {};
  for (const [index, entry] of (spec.dataFrom ?? []).entries()) {
    const found = manyOf(entry, stored(entry.sourceRef?.storeRef));
    if (found) Object.assign(data, found);
    else if (passesOver) missing.push(`secret does not exist at provider using spec.dataFrom[${index}]`);
    else return { kind: 'failed', field: `spec.dataFrom[${index}]` };
  }
  for (const [index, { secretKey, remoteRef, sourceRef }] of (spec.data ?? []).entries()) {
    const value = oneOf(remoteRef, stored(sourceRef?.storeRef));
    if (value !== undefined) data[secretKey] = value;
    else if (passesOver)
      missing.push(`secret does not exist at provider using spec.dataFrom[${index}] (key=${remoteRef.key})`);
    else return { kind: 'failed', field: `spec.data[${index}]` };
  }
  return { kind: 'data', data, missing };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function oneOf({ key, property, decodingStrategy }: RemoteReference, values: Texts): string | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  const value = property === undefined ? text : propertiesOf(text)[property];
  return value === undefined || decodingStrategy !== 'Base64' ? value && base64(value) : value;
}

function manyOf({ extract, find }: DataFromEntry, values: Texts): Texts | undefined {
  if (extract) {
    const text = values[extract.key];
    return text === undefined ? undefined : mapValues(propertiesOf(text), base64);
  }
  const name = new RegExp(find?.name?.regexp ?? '');
  const found = Object.entries(values).filter(([key]) => find && name.test(key));
  return Object.fromEntries(found.map(([key, value]) => [key.replaceAll(/[^-._\p{L}\p{N}]/gu, '_'), base64(value)]));
}

/** Of a JSON object: texts as they are, everything else as JSON. */
function propertiesOf(text: string): Record<string, string> {
  const object = JSON.parse(text) as Record<string, unknown>;
  return mapValues(object, (value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
