/** Text, or bytes that are no UTF-8. */
export type Text = string | { readonly base64: string };

/** The cases of one table: templates over one set of data. */
export interface Area {
  readonly data: Readonly<Record<string, Text>>;
  readonly templates: readonly Text[];
}

/** Every combination of the parts, joined. */
export function combine(...parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>((all, part) => all.flatMap((head) => part.map((tail) => head + tail)), ['']);
}

/** `{{ fn a b }}` for every combination of arguments. */
export function calls(name: string, ...args: readonly (readonly string[])[]): string[] {
  const spaced = args.map((choices) => choices.map((choice) => (choice === '' ? '' : ` ${choice}`)));
  return combine([`{{ ${name}`], ...spaced, [' }}']);
}
