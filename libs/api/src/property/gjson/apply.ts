import type { ByteText } from '../byte-text.ts';
import { type Budget, REWRITTEN, WORKED_ON } from './budget.ts';
import { isModifier } from './modifier-names.ts';
import { modifiers } from './modifiers/index.ts';
import { balanced, containerEnd } from './scan.ts';
import type { Lookup, Produced } from './search.ts';

/**
 * Applies the modifier at the start of `path` (`@name`, `@name:argument`); undefined when there is none of that name.
 * @param lookup for a modifier whose argument is a path
 */
export function applyModifier(json: ByteText, path: ByteText, budget: Budget, lookup: Lookup): Produced | undefined {
  const separator = path.slice(1).search(/[:|.]/) + 1;
  const name = separator === 0 ? path.slice(1) : path.slice(1, separator);
  if (!isModifier(name)) return undefined;
  const behind = separator === 0 ? '' : path.slice(separator);
  const { argument, rest } = behind.startsWith(':') ? splitArgument(behind.slice(1)) : { argument: '', rest: behind };
  budget.charge(json.length + path.length, name === 'this' ? 0 : name === 'tostr' ? REWRITTEN : WORKED_ON);
  const produced = modifiers[name](json, argument, budget, lookup);
  budget.charge(produced.length);
  return { json: produced, rest };
}

/** An argument is JSON, or text to the next pipe outside of brackets and strings. */
function splitArgument(text: ByteText): { argument: ByteText; rest: ByteText } {
  let end = 0;
  if (/^[{["]/.test(text)) {
    end = balanced(text, 0).length;
  } else {
    while (end < text.length && text[end] !== '|') {
      end += /[{["(]/.test(text.charAt(end)) ? balanced(text, end).length : 1;
    }
  }
  return { argument: text.slice(0, end), rest: text.slice(end) };
}

/**
 * Takes the literal at the start of `path` (`!"text"`, `!true`, `!{…}`). As in gjson, one that begins with a quote, a digit or
 * a bracket reaches to where an enclosing bracket would close, so nothing can follow it.
 */
export function applyLiteral(path: ByteText): Produced | undefined {
  const text = path.slice(1);
  if (/^[{["+\-0-9]/.test(text)) {
    const json = text.slice(0, containerEnd(text, 0));
    return { json, rest: text.slice(json.length) };
  }
  const separator = text.search(/[|.]/);
  const word = separator < 0 ? text : text.slice(0, separator);
  const known = ['true', 'false', 'null', 'nan', 'inf'].includes(word.toLowerCase());
  return known ? { json: word, rest: separator < 0 ? '' : text.slice(separator) } : undefined;
}
