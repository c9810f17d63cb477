/** The part of a manager's fields that a snapshot keeps: which labels and annotations it owns. */
type Fields = Readonly<Record<string, unknown>>;

/** Sets that are shared at most, and their size in characters: what tenants write must not add up here. */
const MAX_SHARED = 1_000;
const MAX_SHARED_LENGTH = 1_000;
const shared = new Map<string, Record<string, unknown>>();

/** Of a fieldsV1 tree the labels and annotations; equal ones are the same object, which nobody may change. */
export function sharedOwnedMetadata(fieldsV1: Fields | undefined): Record<string, unknown> {
  const metadata = treeAt(fieldsV1, 'f:metadata');
  const kept = { 'f:labels': treeAt(metadata, 'f:labels'), 'f:annotations': treeAt(metadata, 'f:annotations') };
  const owned = { 'f:metadata': kept };
  const text = JSON.stringify(kept);
  if (text.length > MAX_SHARED_LENGTH) return owned;
  const known = shared.get(text);
  if (known) return known;
  if (shared.size < MAX_SHARED) shared.set(text, owned);
  return owned;
}

function treeAt(tree: Fields | undefined, key: string): Fields {
  const value = tree?.[key];
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
