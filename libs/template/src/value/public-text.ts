import type { GoType } from './values.ts';

declare const marked: unique symbol;

/**
 * A text, as a byte string, that holds nothing that was rendered and nothing of the data: constants, names of types, and what the
 * author of the template wrote into it. It is a type of its own so that no other text gets into what is shown by mistake.
 */
export type PublicText = string & { readonly [marked]: true };

/** Has no key that is a text, so that it fits records of all keys of a kind and none of keys that are named. */
type Keyless = { readonly [marked]?: never };

/** Nothing but texts that stand in our source: `string`, and a text with something filled in, are refused. */
export type Constant<T extends string> = Keyless extends Record<T, unknown> ? never : T;

/** A constant as a public text. */
export function constant<const T extends string>(text: Constant<T> | PublicText): PublicText {
  return text as PublicText;
}

/** What the template's author wrote into the template, or a name that this library gave; never anything out of the data. */
export function authored(text: string): PublicText {
  return text as PublicText;
}

/** A size, a count or a position. Not for numbers that a template computes: they can be values. */
export function count(number: number): PublicText {
  return String(number) as PublicText;
}

/** A template literal whose parts are all public; a type is shown by its name. */
export function shown(parts: TemplateStringsArray, ...items: readonly (PublicText | GoType)[]): PublicText {
  return parts.reduce((text, part, at) => {
    const item = items[at - 1];
    return `${text}${typeof item === 'object' ? item.name : item}${part}`;
  }) as PublicText;
}
