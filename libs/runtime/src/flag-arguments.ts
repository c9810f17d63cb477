import { RuntimeError } from './error.ts';
import type { FlagSpec } from './flag.ts';
import { nearestName } from './nearest-name.ts';
import { bounded } from './text.ts';

/**
 * The texts that the command line gives each flag, in order, as Go's flag packages read it: `--flag=value`, `--flag value`, each also
 * with one dash; a switch takes a value after `=` only, counts as `true` without one, and as `false` as `--no-switch`.
 * @throws RuntimeError INVALID_FLAG for an unknown flag (with the nearest one there is), a flag without its value, or anything else
 */
export function givenTexts(spec: FlagSpec, argv: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const given = new Map<string, string[]>();
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [name, text] = readArgument(spec, argument, rest);
    given.set(name, [...(given.get(name) ?? []), text]);
  }
  return given;
}

/** Reads one flag, and takes its value from `rest` where it stands there. */
function readArgument(spec: FlagSpec, argument: string, rest: string[]): [name: string, text: string] {
  const match = /^--?([^=-][^=]*)(?:=([^]*))?$/.exec(argument);
  if (!match)
    throw invalid(
      `unexpected argument ${JSON.stringify(bounded(argument, 64))}: flags start with --, and a switch takes its value after =`,
    );
  const [, name = '', value] = match;
  const flag = Object.hasOwn(spec, name) ? spec[name] : undefined;
  if (flag) return [name, value ?? (flag.type === 'boolean' ? 'true' : nextText(name, rest))];
  const positive = name.startsWith('no-') ? name.slice('no-'.length) : '';
  if (Object.hasOwn(spec, positive) && spec[positive]?.type === 'boolean' && value === undefined)
    return [positive, 'false'];
  const near = nearestName(name, Object.keys(spec));
  const hint = near === undefined ? '' : `did you mean --${near}? `;
  throw invalid(
    `unknown flag ${bounded(argument.split('=', 1)[0] ?? '', 64)}: ${hint}--help lists the flags there are`,
  );
}

function nextText(name: string, rest: string[]): string {
  const next = rest.shift();
  if (next === undefined || next.startsWith('--')) throw invalid(`--${name} needs a value: write --${name}=VALUE`);
  return next;
}

function invalid(message: string): RuntimeError {
  return new RuntimeError('INVALID_FLAG', message);
}
