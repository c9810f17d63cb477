/** The modifiers that a path may name. */
export const MODIFIER_NAMES = [
  'pretty',
  'ugly',
  'reverse',
  'this',
  'flatten',
  'join',
  'valid',
  'keys',
  'values',
  'tostr',
  'fromstr',
  'group',
  'dig',
] as const;

/** A modifier without the `@` that a path puts in front of it. */
export type ModifierName = (typeof MODIFIER_NAMES)[number];

/** Whether `name` is a modifier; `@` in front of anything else is part of a key. */
export function isModifier(name: string): name is ModifierName {
  return (MODIFIER_NAMES as readonly string[]).includes(name);
}
