import { type ByteText, runeAt, runeLength } from '../byte-text.ts';
import { type Budget, WORKED_ON } from './budget.ts';

/** One part of a pattern: any text, any one character, or a certain code point. */
type Token = 'any' | 'one' | number;

/** Stands for "matches no character", which a backslash with nothing behind it means. */
const NEVER = -2;

/**
 * Whether all of `text` matches `pattern`, in which `*` is any text, `?` one character and `\` takes the next one literally.
 * Backtracks to the latest star only, so it needs at most length × length steps, never exponentially many.
 */
export function wildcardMatch(text: ByteText, pattern: ByteText, budget: Budget): boolean {
  if (pattern === '*') return true;
  budget.charge(text.length + pattern.length, WORKED_ON);
  const tokens = tokenize(pattern);
  const runes = decode(text);
  let t = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (t < runes.length) {
    const token = tokens[p];
    if (token === 'any') {
      star = p++;
      resume = t;
    } else if (token === 'one' || (token !== undefined && token === runes[t])) {
      t++;
      p++;
    } else if (star >= 0) {
      budget.charge(p - star);
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[p] === 'any') p++;
  return p === tokens.length;
}

function tokenize(pattern: ByteText): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i];
    if (c === '*') {
      if (tokens.at(-1) !== 'any') tokens.push('any');
      i++;
    } else if (c === '?') {
      tokens.push('one');
      i++;
    } else if (c === '\\' && i + 1 === pattern.length) {
      // gjson compares what follows a star from the end, where a last backslash is a character like any other.
      tokens.push(tokens.includes('any') ? 0x5c : NEVER);
      i++;
    } else {
      if (c === '\\') i++;
      const rune = runeAt(pattern, i);
      tokens.push(rune);
      i += runeLength(rune);
    }
  }
  return tokens;
}

function decode(text: ByteText): number[] {
  const runes: number[] = [];
  for (let i = 0; i < text.length;) {
    const rune = runeAt(text, i);
    runes.push(rune);
    i += runeLength(rune);
  }
  return runes;
}
