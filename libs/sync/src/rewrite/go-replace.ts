/** Replacement in regular expressions with Go's rules (package regexp); JavaScript's and Java's differ in all of them. */
import type { RE2JS } from 're2js';

/** One match: start and end of the whole and of each group, in UTF-16 units; undefined where a group took no part. */
type Match = readonly ({ start: number; end: number } | undefined)[];

/**
 * Replaces every match. An empty match right after another one is not a match, so that `(.*)` replaces once.
 * @param template may hold `$1`, `${1}`, `$name`, `${name}` and `$$`
 */
export function goReplaceAll(expression: RE2JS, text: string, template: string): string {
  const groupNames = expression.namedGroups();
  let result = '';
  let lastEnd = 0;
  let position = 0;
  while (position <= text.length) {
    const match = matchFrom(expression, text, position);
    const whole = match?.[0];
    if (!match || !whole) break;
    result += text.slice(lastEnd, whole.start);
    if (whole.end > lastEnd || whole.start === 0) result += expand(template, text, match, groupNames);
    lastEnd = whole.end;
    // At least one character on, and never into the middle of one.
    position = Math.max(whole.end, position + characterWidth(text, position));
  }
  return result + text.slice(lastEnd);
}

function matchFrom(expression: RE2JS, text: string, position: number): Match | undefined {
  const matcher = expression.matcher(text);
  if (!matcher.find(position)) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
    const start = matcher.start(group);
    return start < 0 ? undefined : { start, end: matcher.end(group) };
  });
}

const characterWidth = (text: string, position: number): number => ((text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1);

/** A reference right after a dollar sign: the longest run of word characters, or the same in braces. */
const REFERENCE = /^(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;

function expand(template: string, text: string, match: Match, groupNames: Record<string, number>): string {
  const [first = '', ...rest] = template.split('$');
  let result = first;
  for (let i = 0; i < rest.length; i++) {
    const piece = rest[i] ?? '';
    const reference = REFERENCE.exec(piece);
    if (piece === '' && i + 1 < rest.length) {
      // Two dollar signs stand for one; what follows the second is plain text.
      result += `$${rest[++i] ?? ''}`;
    } else if (reference) {
      const group = match[groupIndex(reference[1] ?? reference[2] ?? '', groupNames)];
      result += group ? text.slice(group.start, group.end) : '';
      result += piece.slice(reference[0].length);
    } else {
      result += `$${piece}`;
    }
  }
  return result;
}

/** Index of a group by number or name; -1 when there is none, which expands to nothing. */
function groupIndex(name: string, groupNames: Record<string, number>): number {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(name)) return Number(name);
  return Object.hasOwn(groupNames, name) ? (groupNames[name] ?? -1) : -1;
}
