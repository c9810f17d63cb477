import { deepEqual, kindOf, goTypeName } from '../value/reflect.ts';
import { define, t } from './define.ts';

/** Go's names of types and kinds. */
export const reflectionFunctions = [
  define('typeOf', [t.any], t.string, (_context, value) => goTypeName(value)),
  define('typeIs', [t.string, t.any], t.bool, (_context, name, value) => goTypeName(value) === name),
  define('typeIsLike', [t.string, t.any], t.bool, (_context, name, value) => {
    const type = goTypeName(value);
    return type === name || type === `*${name}`;
  }),
  define('kindOf', [t.any], t.string, (_context, value) => kindOf(value)),
  define('kindIs', [t.string, t.any], t.bool, (_context, kind, value) => kindOf(value) === kind),
  define('deepEqual', [t.any, t.any], t.bool, (context, a, b) =>
    deepEqual(a, b, (depth) => {
      context.budget.step(0.1);
      context.budget.nest(depth);
    }),
  ),
];
