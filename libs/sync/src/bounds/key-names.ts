/**
 * Whether the keys of some data may stand in a public text. Those of a find are names of remote secrets. Those that come from
 * inside of a secret may not: a document read wrongly turns values into keys.
 */
export type KeyNames = 'public' | 'secret';

/** A key for a public text (as `shown` writes it), or the words that stand for it. */
export function shownKey(key: string, names: KeyNames, shown = `key ${key}`): string {
  return names === 'public' ? shown : 'a key that comes from inside of the secret';
}
