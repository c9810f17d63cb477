/** The comments of a source, line by line, told by how lines begin: enough to read what they point at. */

/** A line of a comment. `line` counts from 1. */
export interface CommentLine {
  readonly line: number;
  readonly text: string;
}

/**
 * Lines that are comments, or end in one: `//` and `/* … *\/` in languages of C's family, `#` in the others. URLs are
 * taken out of them.
 * @param path decides by its ending which language it is
 */
export function commentsOf(path: string, text: string): CommentLine[] {
  const family = /\.(?:[cm]?[jt]s|go|proto)$/.test(path);
  const comment = family ? /^\s*(?:\/\/|\/\*|\*)(.*)$|(?:\s)\/\/ (.*)$/ : /^\s*#(.*)$|\s# (.*)$/;
  return text.split('\n').flatMap((each, index) => {
    const found = comment.exec(each);
    const said = found?.[1] ?? found?.[2];
    return said === undefined ? [] : [{ line: index + 1, text: said.replace(/\bhttps?:\/\/\S+/g, '') }];
  });
}
