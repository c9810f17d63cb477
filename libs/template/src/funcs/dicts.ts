import type { FunctionContext, GoFunction } from '../exec/functions.ts';
import { plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { goTypeName } from '../value/reflect.ts';
import { dictType } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoMap } from '../value/values.ts';
import { goDict } from '../value/make.ts';
import { define, rest, t } from './define.ts';
import type { MergeMode } from './merge.ts';
import { mergeInto } from './merge.ts';
import { strval } from './strval.ts';

function dict(context: FunctionContext, pairs: readonly Value[]): GoMap {
  const result = goDict();
  for (let at = 0; at < pairs.length; at += 2) {
    // A key without value gets the empty text.
    result.entries.set(strval(context.budget, pairs[at] ?? null), at + 1 < pairs.length ? (pairs[at + 1] ?? null) : '');
  }
  return result;
}

function conversionError(value: Value, wanted: string): Error {
  const found = value === null ? 'nil' : goTypeName(value);
  return plainError(shown`interface conversion: interface {} is ${authored(found)}, not ${authored(wanted)}`);
}

function asDict(value: Value): GoMap {
  if (value instanceof GoMap && value.type === dictType) return value;
  throw conversionError(value, dictType.name);
}

/** `dig KEY… DEFAULT DICT` */
function dig(values: readonly Value[]): Value {
  if (values.length < 3) throw plainError('dig needs at least three arguments');
  let map = asDict(values.at(-1) ?? null);
  const fallback = values.at(-2) ?? null;
  const keys = values.slice(0, -2).map((key) => {
    if (typeof key !== 'string') throw conversionError(key, 'string');
    return key;
  });
  const last = keys.pop() ?? '';
  for (const key of keys) {
    const next = map.entries.get(key);
    if (next === undefined) return fallback;
    map = asDict(next);
  }
  return map.entries.get(last) ?? (map.entries.has(last) ? null : fallback);
}

function filtered(map: GoMap, keep: (key: string) => boolean): GoMap {
  return goDict([...map.entries].filter(([key]) => keep(key)));
}

function setEntry(map: GoMap, key: string, value: Value): GoMap {
  if (map.isNil) throw plainError('assignment to entry in nil map');
  map.entries.set(key, value);
  return map;
}

function merge(name: string, mode: MergeMode): GoFunction {
  return define(name, [t.dict, rest(t.dict)], t.any, (context, target, ...sources) => {
    const result = target.isNil && sources.some((source) => !source.isNil) ? goDict() : target;
    for (const source of sources) mergeInto(result, source, mode, context.budget);
    return result;
  });
}

/** Dictionaries. `set`, `unset` and the merging functions change their first argument, as the reference does. */
export const dictFunctions = [
  define('dict', [rest(t.any)], t.dict, (context, ...pairs) => dict(context, pairs)),
  define('get', [t.dict, t.string], t.any, (_context, map, key) =>
    map.entries.has(key) ? (map.entries.get(key) ?? null) : '',
  ),
  define('set', [t.dict, t.string, t.any], t.dict, (_context, map, key, value) => setEntry(map, key, value)),
  define('unset', [t.dict, t.string], t.dict, (_context, map, key) => {
    map.entries.delete(key);
    return map;
  }),
  define('hasKey', [t.dict, t.string], t.bool, (_context, map, key) => map.entries.has(key)),
  define('pluck', [t.string, rest(t.dict)], t.list, (_context, key, ...maps) =>
    maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key) ?? null),
  ),
  // Go leaves the order of keys and values open: sorted is one of the orders, and the same at each refresh.
  define('keys', [rest(t.dict)], t.strings, (_context, ...maps) => maps.flatMap((map) => map.sortedKeys())),
  define('values', [t.dict], t.list, (_context, map) => map.sortedKeys().map((key) => map.entries.get(key) ?? null)),
  define('pick', [t.dict, rest(t.string)], t.dict, (_context, map, ...keys) =>
    filtered(map, (key) => keys.includes(key)),
  ),
  define('omit', [t.dict, rest(t.string)], t.dict, (_context, map, ...keys) =>
    filtered(map, (key) => !keys.includes(key)),
  ),
  define('dig', [rest(t.any)], t.any, (_context, ...values) => dig(values)),
  merge('merge', 'fill'),
  merge('mustMerge', 'fill'),
  merge('mergeOverwrite', 'overwrite'),
  merge('mustMergeOverwrite', 'overwrite'),
];
