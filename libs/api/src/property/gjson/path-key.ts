import type { ByteText } from '../byte-text.ts';
import { isModifier } from './modifier-names.ts';

/**
 * What follows a path step. After a dot the rest is looked up inside of the value found, while the document is being read;
 * after a pipe it is applied to the result as a document of its own.
 */
export type Next =
  | { readonly kind: 'end' }
  | { readonly kind: 'dot'; readonly path: ByteText }
  | { readonly kind: 'pipe'; readonly path: ByteText };

/** Nothing follows: the value found is the answer. */
export const END: Next = { kind: 'end' };

/** A path step taken on an object. */
export interface KeyStep {
  /** The key, or the pattern for it, with backslashes resolved. */
  readonly key: ByteText;
  /** Whether `key` holds `*` or `?` as wildcards. */
  readonly wild: boolean;
  readonly next: Next;
}

/** Reads the first step of a path as the key of an object. */
export function parseKeyStep(path: ByteText): KeyStep {
  const key: string[] = [];
  let wild = false;
  for (let i = 0; i < path.length; i++) {
    const c = path.charAt(i);
    if (c === '.' || c === '|') return { key: key.join(''), wild, next: nextAfter(path, i) };
    if (c === '\\') {
      i++;
      key.push(path.charAt(i));
    } else {
      wild ||= c === '*' || c === '?';
      key.push(c);
    }
  }
  return { key: key.join(''), wild, next: END };
}

/** What follows the separator at `i`. A dot in front of a modifier or a multipath acts as a pipe. */
export function nextAfter(path: ByteText, i: number): Next {
  const rest = path.slice(i + 1);
  return { kind: path[i] === '|' || startsPiped(rest) ? 'pipe' : 'dot', path: rest };
}

function startsPiped(rest: ByteText): boolean {
  if (rest.startsWith('[') || rest.startsWith('{')) return true;
  return rest.startsWith('@') && isModifier(/^@([^.|:]*)/.exec(rest)?.[1] ?? '');
}
