import { type ListenAddress, parseListenAddress } from './address.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { RuntimeError } from './error.ts';
import type { Flag } from './flag.ts';
import { bounded, errorText } from './text.ts';

/** What a flag's value can be. */
export type FlagValue = string | boolean | number | readonly string[] | ListenAddress;

/**
 * Turns the texts given for one flag into its value.
 * @param source how the flag is named in errors
 * @param texts absent when the default holds
 * @param env where a listen address without a host may find one
 * @throws RuntimeError INVALID_FLAG
 */
export function readFlagValue(
  source: string,
  flag: Flag,
  texts: readonly string[] | undefined,
  env: NodeJS.ProcessEnv,
): FlagValue {
  const text = texts?.at(-1);
  switch (flag.type) {
    case 'string':
      return text === undefined ? flag.default : oneOf(source, text, flag.choices);
    case 'boolean':
      return text === undefined ? flag.default : readBoolean(source, text);
    case 'number':
      return text === undefined ? flag.default : within(source, readNumber(source, flag, text), flag, String);
    case 'duration':
      return readDuration(source, flag, text);
    case 'list':
      return texts === undefined ? flag.default : readList(source, texts, flag.choices);
    case 'listen':
      return readListenAddress(source, flag, text, env);
  }
}

function readDuration(source: string, flag: Flag & { type: 'duration' }, text: string | undefined): number {
  if (text === undefined && typeof flag.default === 'number') return flag.default;
  const ms = explained(source, () => parseDuration(text ?? String(flag.default)));
  return within(source, ms, flag, formatDuration);
}

/** A kubelet and a scraper dial the pod's address: where it is known, nothing has to listen beside it. */
function readListenAddress(
  source: string,
  flag: Flag & { type: 'listen' },
  text: string | undefined,
  env: NodeJS.ProcessEnv,
): ListenAddress {
  const address = explained(source, () => parseListenAddress(text ?? flag.default));
  const host = flag.hostEnv === undefined ? undefined : env[flag.hostEnv];
  return address.host === '' && host !== undefined ? { ...address, host } : address;
}

function readBoolean(source: string, text: string): boolean {
  // Go's strconv.ParseBool
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw invalid(source, `${quoted(text)} is neither true nor false`);
}

function readNumber(source: string, { fraction = false }: Flag & { type: 'number' }, text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw invalid(source, `${quoted(text)} is not a number`);
  if (!fraction && !/^[+-]?\d+$/.test(text)) throw invalid(source, `${quoted(text)} is not a whole number`);
  return Number(text);
}

function readList(source: string, texts: readonly string[], choices: readonly string[] | undefined): string[] {
  const items = texts.flatMap((text) => text.split(',')).map((item) => item.trim());
  return items.filter((item) => item !== '').map((item) => oneOf(source, item, choices));
}

function oneOf(source: string, text: string, choices: readonly string[] | undefined): string {
  if (!choices || choices.includes(text)) return text;
  throw invalid(source, `${quoted(text)} is not one of ${choices.join(', ')}`);
}

function within(
  source: string,
  value: number,
  { min, max }: { min?: number; max?: number },
  show: (value: number) => string,
): number {
  if (min !== undefined && value < min)
    throw invalid(source, `${show(value)} is below the least allowed, ${show(min)}`);
  if (max !== undefined && value > max) throw invalid(source, `${show(value)} is above the most allowed, ${show(max)}`);
  return value;
}

function explained<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalid(source, errorText(error));
  }
}

function quoted(text: string): string {
  return JSON.stringify(bounded(text, 64));
}

function invalid(source: string, problem: string): RuntimeError {
  return new RuntimeError('INVALID_FLAG', `flag ${source}: ${problem}`);
}
