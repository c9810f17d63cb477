import { alias, define, t } from './define.ts';

/** `path.Clean`: no doubled slashes, no `.`, no inner `..`. */
export function cleanPath(path: string): string {
  if (path === '') return '.';
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = parts.join('/');
  if (rooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

const functions = [
  define('base', [t.string], t.string, (_context, path) => base(path)),
  define('dir', [t.string], t.string, (_context, path) => cleanPath(path.slice(0, path.lastIndexOf('/') + 1))),
  define('clean', [t.string], t.string, (_context, path) => cleanPath(path)),
  define('ext', [t.string], t.string, (_context, path) => extension(path)),
  define('isAbs', [t.string], t.bool, (_context, path) => path.startsWith('/')),
];

/** Paths with slashes. The `os` family is the same on Linux, where the reference runs. */
export const pathFunctions = functions.flatMap((fn) => [
  fn,
  alias(`os${fn.name.charAt(0).toUpperCase()}${fn.name.slice(1)}`, fn),
]);
