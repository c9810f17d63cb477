import type { Value } from '../value/values.ts';
import { isEmpty } from '../value/reflect.ts';
import { define, rest, t } from './define.ts';
import { deepCopy } from './deep-copy.ts';
import { alias } from './define.ts';

const deepCopyFunction = define('deepCopy', [t.any], t.any, (context, value) => deepCopy(value, context.budget));

/** Values that may be missing. */
export const defaultFunctions = [
  define('default', [t.any, rest(t.any)], t.any, (_context, fallback, ...given) => {
    const value: Value = given[0] ?? null;
    return isEmpty(value) ? fallback : value;
  }),
  define('empty', [t.any], t.bool, (_context, value) => isEmpty(value)),
  define('coalesce', [rest(t.any)], t.any, (_context, ...values) => values.find((value) => !isEmpty(value)) ?? null),
  define('all', [rest(t.any)], t.bool, (_context, ...values) => !values.some(isEmpty)),
  define('any', [rest(t.any)], t.bool, (_context, ...values) => !values.every(isEmpty)),
  define('ternary', [t.any, t.any, t.bool], t.any, (_context, yes, no, condition) => (condition ? yes : no)),
  deepCopyFunction,
  alias('mustDeepCopy', deepCopyFunction),
];
