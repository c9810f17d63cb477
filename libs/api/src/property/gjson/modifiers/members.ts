import type { ByteText } from '../../byte-text.ts';
import type { Budget } from '../budget.ts';
import { members } from '../members.ts';
import { isContainer, parseDocument } from '../value.ts';

/** `@keys`: the keys of an object as an array; for each element of anything else a null. */
export function keys(json: ByteText, _argument: ByteText, budget: Budget): ByteText {
  return `[${[...members(parseDocument(json), budget)].map(({ key }) => key ?? 'null').join(',')}]`;
}

/** `@values`: the values of an object as an array. */
export function values(json: ByteText, _argument: ByteText, budget: Budget): ByteText {
  const value = parseDocument(json);
  if (isContainer(value, '[')) return json;
  return `[${[...members(value, budget)].map((member) => member.value.raw).join(',')}]`;
}

/** `@reverse`: elements or members in the opposite order. */
export function reverse(json: ByteText, _argument: ByteText, budget: Budget): ByteText {
  const value = parseDocument(json);
  if (value.kind !== 'json') return json;
  const turned = [...members(value, budget)].reverse();
  if (isContainer(value, '[')) return `[${turned.map((member) => member.value.raw).join(',')}]`;
  return `{${turned.map((member) => `${member.key ?? ''}:${member.value.raw}`).join(',')}}`;
}
