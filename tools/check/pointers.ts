/** What a text points at: links, names of files, and the headings that links may name. */

/** A link of a page. `line` counts from 1; `target` is as written: `../README.md#how-fast`. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** Links of a Markdown text to files and headings of the same repository; code and links to hosts are left out. */
export function linksOf(text: string): Link[] {
  let fenced = false;
  return text.split('\n').flatMap((each, index) => {
    if (/^\s*(?:```|~~~)/.test(each)) fenced = !fenced;
    if (fenced) return [];
    const prose = each.replace(/`[^`]*`/g, (code) => '.'.repeat(code.length));
    const found = [...prose.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g), ...prose.matchAll(/^\[[^\]]+\]:\s+(\S+)/g)];
    return found.flatMap(([, target = '']) => (/^(?:[a-z]+:|\/\/)/i.test(target) ? [] : [{ line: index + 1, target }]));
  });
}

/** Names of the headings of a Markdown text, as hosts of repositories make them; the second of a name ends in `-1`. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  let fenced = false;
  for (const line of text.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const name = heading
      .replace(/\]\([^)]*\)/g, ']')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let unique = name;
    for (let count = 1; anchors.has(unique); count++) unique = `${name}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/**
 * Files and folders of the workspace that a line names, braces written out: `a/{b,c}.ts` is two. Of a name with a
 * placeholder (`<CODE>`, `…`, `$x`, `NAME`) the folder before it.
 * @param tops folders that a path begins with: `docs`, `libs`
 */
export function pathsOf(line: string, tops: readonly string[]): string[] {
  const names = tops.map((top) => top.replace('.', String.raw`\.`)).join('|');
  const path = new RegExp(String.raw`(?<![\w/.@$}*…-])(?:${names})/(?:\{[\w./,*-]+\}|[\w./*<>$…-])*`, 'g');
  const withoutUrls = line.replace(/\bhttps?:\/\/\S+/g, '');
  return [...withoutUrls.matchAll(path)].flatMap(([found]) =>
    expand(found.replace(/[.…]+$/, '')).map(beforePlaceholder),
  );
}

function beforePlaceholder(path: string): string {
  const at = /[<>$…]|\b[A-Z]{4,}(?=$|[/.])(?!\.md)/.exec(path)?.index;
  return at === undefined ? path : path.slice(0, path.lastIndexOf('/', at) + 1);
}

function expand(path: string): string[] {
  const [whole, choices] = /\{([^}]*)\}/.exec(path) ?? [];
  if (whole === undefined || choices === undefined) return [path];
  return choices.split(',').flatMap((choice) => expand(path.replace(whole, choice)));
}
