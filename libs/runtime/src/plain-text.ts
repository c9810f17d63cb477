/** Most texts are ASCII that can be seen, and nothing has to be looked for in them. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Lines, columns, terminal sequences; surrogates without a partner; spaces that are wider or narrower than one. */
const APART = /[\p{Cc}\p{Cs}\p{Z}]+/gu;
/**
 * What is not seen where it stands: format characters (overrides of the direction, zero-width characters, tags, soft hyphens), what
 * Unicode says to ignore (variation selectors, fillers), and code points that are no characters.
 */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]+/gu;

/**
 * A text of which everything is seen, in the order in which it stands, on one line: what a peer or a user wrote can then neither forge
 * lines of a log nor show a reader something else than a program compares (Unicode UTR #36 §2.10, "Trojan Source").
 * White space and control characters become one space, what cannot be seen is left out.
 */
export function plainText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSEEN, '').replace(APART, ' ');
}
