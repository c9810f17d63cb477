/** Replacement in regular expressions with Go's rules (package regexp); JavaScript's and Java's differ in all of them. */
import type { Expression, Match } from '@eso/api/regexp';
import type { Fuel } from '@eso/runtime';

/** Steps for one piece of a replacement, and for a character of it. */
const STEPS_PER_PIECE = 50;

/** The bounds of a replacement. */
export interface ReplaceOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
  /** Longest result, UTF-16 units. Default: any. */
  readonly maxLength?: number;
}

/** Replaces in one text; undefined as soon as the result is longer than it may be. */
export type Replace = (text: string, options: ReplaceOptions) => string | undefined;

/**
 * Replaces every match. An empty match right after another one is not a match, so that `(.*)` replaces once.
 * @param template may hold `$1`, `${1}`, `$name`, `${name}` and `$$`
 */
export function replacer(expression: Expression, template: string): Replace {
  const pieces = parse(template, expression.groupNames);
  return (text, { fuel, maxLength = Infinity }) => {
    let result = '';
    let lastEnd = 0;
    let position = 0;
    while (position <= text.length) {
      const match = expression.find(text, position, fuel);
      const whole = match?.[0];
      if (!whole) break;
      result += text.slice(lastEnd, whole.start);
      if (whole.end > lastEnd || whole.start === 0) {
        fuel.take(STEPS_PER_PIECE * pieces.length);
        result += expand(pieces, text, match, maxLength - result.length);
      }
      if (result.length > maxLength) return undefined;
      lastEnd = whole.end;
      // At least one character on, and never into the middle of one.
      position = Math.max(whole.end, position + characterWidth(text, position));
    }
    result += text.slice(lastEnd);
    return result.length > maxLength ? undefined : result;
  };
}

const characterWidth = (text: string, position: number): number => ((text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1);

/** A part of a replacement: text, or what a group matched. */
type Piece = string | { readonly group: number };

/** A reference right after a dollar sign: the longest run of word characters, or the same in braces. */
const REFERENCE = /^(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;

function parse(template: string, groupNames: Readonly<Record<string, number>>): Piece[] {
  const [first = '', ...rest] = template.split('$');
  const pieces: Piece[] = [first];
  for (let i = 0; i < rest.length; i++) {
    const part = rest[i] ?? '';
    const reference = REFERENCE.exec(part);
    if (part === '' && i + 1 < rest.length) {
      // Two dollar signs stand for one; what follows the second is plain text.
      pieces.push(`$${rest[++i] ?? ''}`);
    } else if (reference) {
      pieces.push({ group: groupIndex(reference[1] ?? reference[2] ?? '', groupNames) });
      pieces.push(part.slice(reference[0].length));
    } else {
      pieces.push(`$${part}`);
    }
  }
  return pieces.filter((piece) => piece !== '');
}

/** Ends, with more than `maxLength` characters, where that becomes clear. */
function expand(pieces: readonly Piece[], text: string, match: Match, maxLength: number): string {
  let expanded = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      expanded += piece;
    } else {
      const group = match[piece.group];
      if (group) expanded += text.slice(group.start, group.end);
    }
    if (expanded.length > maxLength) break;
  }
  return expanded;
}

/** Index of a group by number or name; -1 when there is none, which expands to nothing. */
function groupIndex(name: string, groupNames: Readonly<Record<string, number>>): number {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(name)) return Number(name);
  return Object.hasOwn(groupNames, name) ? (groupNames[name] ?? -1) : -1;
}
