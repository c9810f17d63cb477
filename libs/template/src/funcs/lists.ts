import type { FunctionContext, GoFunction } from '../exec/functions.ts';
import { plainError } from '../value/go-error.ts';
import type { Constant } from '../value/public-text.ts';
import { authored, constant, shown } from '../value/public-text.ts';
import { deepEqual, isEmpty, kindOf } from '../value/reflect.ts';
import { anySliceSliceType, anySliceType } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoSlice } from '../value/values.ts';
import { goList } from '../value/make.ts';
import { alias, define, rest, t } from './define.ts';
import { makeSliceLength, nilDereference } from './go-panics.ts';
import { toInteger } from './numbers.ts';

/** The items of a list; `problem` names the function in the message for all else. */
function itemsOf<const T extends string>(value: Value, problem: Constant<T>): readonly Value[] {
  if (value instanceof GoSlice) return value.items;
  if (value === null) throw nilDereference();
  throw plainError(shown`${constant<T>(problem)} type ${authored(kindOf(value))}`);
}

/** `reflect.DeepEqual`, paid for step by step. */
function equal(context: FunctionContext, a: Value, b: Value): boolean {
  return deepEqual(a, b, (depth) => {
    context.budget.step(0.1);
    context.budget.nest(depth);
  });
}

function includes(context: FunctionContext, items: readonly Value[], needle: Value): boolean {
  return items.some((item) => equal(context, needle, item));
}

/** The reference computes the number of chunks in floats, so that some negative sizes give a result. */
function chunk(context: FunctionContext, size: number, value: Value): GoSlice {
  const items = itemsOf(value, 'Cannot chunk');
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0) throw makeSliceLength();
  context.budget.allocate(16 * items.length);
  const chunks: Value[] = [];
  for (let at = 0; at < count; at++) {
    const rest = Math.floor(items.length % size);
    const length = at === count - 1 && rest !== 0 ? rest : size;
    if (length < 0) throw makeSliceLength();
    chunks.push(goList(items.slice(at * size, at * size + length)));
  }
  return new GoSlice(anySliceSliceType, chunks);
}

function slice(value: Value, indexes: readonly Value[]): Value {
  if (value === null) throw nilDereference();
  if (!(value instanceof GoSlice))
    throw plainError(shown`list should be type of slice or array but ${authored(kindOf(value))}`);
  const { items } = value;
  if (items.length === 0) return null;
  const start = indexes[0] === undefined ? 0 : Number(toInteger(indexes[0]));
  const end = indexes[1] === undefined ? items.length : Number(toInteger(indexes[1]));
  if (start < 0 || end < start || end > items.length)
    throw plainError('reflect.Value.Slice: slice index out of bounds');
  return new GoSlice(value.type, items.slice(start, end));
}

function uniq(context: FunctionContext, items: readonly Value[]): Value[] {
  const kept: Value[] = [];
  for (const item of items) if (!includes(context, kept, item)) kept.push(item);
  return kept;
}

function concat(context: FunctionContext, lists: readonly Value[]): Value {
  const all: Value[] = [];
  for (const list of lists) {
    if (list === null) throw nilDereference();
    if (!(list instanceof GoSlice)) throw plainError(shown`Cannot concat type ${authored(kindOf(list))} as list`);
    context.budget.allocate(8 * list.items.length);
    for (const item of list.items) all.push(item);
  }
  return new GoSlice(anySliceType, all, all.length === 0);
}

function has(context: FunctionContext, needle: Value, haystack: Value): boolean {
  return haystack !== null && includes(context, itemsOf(haystack, 'Cannot find has on'), needle);
}

const push = define('push', [t.any, t.any], t.list, (_context, list, item) => [
  ...itemsOf(list, 'Cannot push on'),
  item,
]);

const prepend = define('prepend', [t.any, t.any], t.list, (_context, list, item) => [
  item,
  ...itemsOf(list, 'Cannot prepend on'),
]);

const list = define('list', [rest(t.any)], t.list, (_context, ...items) => items);

/** Each of these has a twin that returns its error instead of panicking, which ends in the same message. */
const pairs: readonly (readonly [name: string, must: string, fn: GoFunction])[] = [
  ['append', 'mustAppend', push],
  ['push', 'mustPush', push],
  ['prepend', 'mustPrepend', prepend],
  [
    'first',
    'mustFirst',
    define('first', [t.any], t.any, (_c, value) => itemsOf(value, 'Cannot find first on')[0] ?? null),
  ],
  [
    'last',
    'mustLast',
    define('last', [t.any], t.any, (_c, value) => itemsOf(value, 'Cannot find last on').at(-1) ?? null),
  ],
  [
    'rest',
    'mustRest',
    define('rest', [t.any], t.list, (_context, value) => {
      const items = itemsOf(value, 'Cannot find rest on');
      return items.length === 0 ? null : items.slice(1);
    }),
  ],
  [
    'initial',
    'mustInitial',
    define('initial', [t.any], t.list, (_context, value) => {
      const items = itemsOf(value, 'Cannot find initial on');
      return items.length === 0 ? null : items.slice(0, -1);
    }),
  ],
  [
    'reverse',
    'mustReverse',
    define('reverse', [t.any], t.list, (_context, value) => itemsOf(value, 'Cannot find reverse on').toReversed()),
  ],
  [
    'compact',
    'mustCompact',
    define('compact', [t.any], t.list, (_context, value) =>
      itemsOf(value, 'Cannot compact on').filter((item) => !isEmpty(item)),
    ),
  ],
  [
    'uniq',
    'mustUniq',
    define('uniq', [t.any], t.list, (context, value) => uniq(context, itemsOf(value, 'Cannot find uniq on'))),
  ],
  [
    'without',
    'mustWithout',
    define('without', [t.any, rest(t.any)], t.list, (context, value, ...omitted) =>
      itemsOf(value, 'Cannot find without on').filter((item) => !includes(context, omitted, item)),
    ),
  ],
  ['has', 'mustHas', define('has', [t.any, t.any], t.bool, has)],
  ['slice', 'mustSlice', define('slice', [t.any, rest(t.any)], t.any, (_context, value, ...at) => slice(value, at))],
  ['chunk', 'mustChunk', define('chunk', [t.int, t.any], t.lists, chunk)],
];

/** Lists. None of these changes its argument. */
export const listFunctions = [
  list,
  alias('tuple', list),
  define('concat', [rest(t.any)], t.any, (context, ...lists) => concat(context, lists)),
  ...pairs.flatMap(([name, must, fn]) => [alias(name, fn), alias(must, fn)]),
];
