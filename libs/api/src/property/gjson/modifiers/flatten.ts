import type { ByteText } from '../../byte-text.ts';
import { type Budget, WORKED_ON } from '../budget.ts';
import { members } from '../members.ts';
import { trimmed } from '../scan.ts';
import { isContainer, parseDocument, stringText, valueTruth } from '../value.ts';

/** `@flatten`: takes the elements of inner arrays into the outer one; with `{"deep":true}` those of all levels. */
export function flatten(json: ByteText, argument: ByteText, budget: Budget): ByteText {
  return flattened(json, isDeep(argument, budget), budget);
}

function flattened(json: ByteText, deep: boolean, budget: Budget): ByteText {
  const value = parseDocument(json);
  if (!isContainer(value, '[')) return json;
  budget.charge(json.length, WORKED_ON);
  const parts: ByteText[] = [];
  for (const { value: element } of members(value, budget)) {
    const part = trimmed(isContainer(element, '[') ? elementsOf(element.raw, deep, budget) : element.raw);
    if (part !== '') parts.push(part);
  }
  return `[${parts.join(',')}]`;
}

function elementsOf(array: ByteText, deep: boolean, budget: Budget): ByteText {
  return unwrapped(deep ? budget.deeper(() => flattened(array, true, budget)) : array);
}

function isDeep(argument: ByteText, budget: Budget): boolean {
  let deep = false;
  for (const { key, value } of members(parseDocument(argument), budget)) {
    if (key !== undefined && stringText(key) === 'deep') deep = valueTruth(value);
  }
  return deep;
}

/** The text between the brackets. */
export function unwrapped(json: ByteText): ByteText {
  const text = trimmed(json);
  return text.length >= 2 && /^[[{]/.test(text) ? text.slice(1, -1) : text;
}
