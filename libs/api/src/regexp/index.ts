/** Regular expressions of users: RE2 syntax, bounded before they are compiled and while they match. */
export { compileRegexp, regexpCacheUse } from './compile.ts';
export { RegexpError, type RegexpErrorCode } from './error.ts';
export { Expression, type Match } from './expression.ts';
export { regexpLimits } from '@eso/runtime';
