import { GoError } from '../value/go-error.ts';
import { define, t } from './define.ts';

/** What belongs to no group. */
export const miscFunctions = [
  define('hello', [], t.string, () => 'Hello!'),
  define('fail', [t.string], t.string, (_context, message) => {
    throw new GoError(message);
  }),
];
