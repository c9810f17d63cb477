import type { ByteText } from '../../byte-text.ts';
import type { Budget } from '../budget.ts';
import { members } from '../members.ts';
import { isContainer, parseDocument, stringText, valueTruth } from '../value.ts';
import { unwrapped } from './flatten.ts';

/**
 * `@join`: makes one object of an array of objects. Of a key that comes more than once the last value counts, at the place of
 * the first; with `{"preserve":true}` all stay.
 */
export function join(json: ByteText, argument: ByteText, budget: Budget): ByteText {
  const value = parseDocument(json);
  if (!isContainer(value, '[')) return json;
  const objects = [...members(value, budget)]
    .map((element) => element.value)
    .filter((element) => isContainer(element, '{'));
  if (isPreserving(argument, budget)) return `{${objects.map((object) => unwrapped(object.raw)).join(',')}}`;
  const joined = new Map<ByteText, { key: ByteText; raw: ByteText }>();
  for (const object of objects) {
    for (const { key = '""', value: member } of members(object, budget)) {
      const name = stringText(key);
      joined.set(name, { key: joined.get(name)?.key ?? key, raw: member.raw });
    }
  }
  return `{${[...joined.values()].map(({ key, raw }) => `${key}:${raw}`).join(',')}}`;
}

function isPreserving(argument: ByteText, budget: Budget): boolean {
  let preserve = false;
  for (const { key, value } of members(parseDocument(argument), budget)) {
    if (key !== undefined && stringText(key) === 'preserve') preserve = valueTruth(value);
  }
  return preserve;
}
