import { formatAddress, type ListenAddress } from './address.ts';
import { formatDuration } from './duration.ts';
import { RuntimeError } from './error.ts';
import type { Flag, FlagSpec, FlagValues } from './flag.ts';
import { givenTexts } from './flag-arguments.ts';
import { readFlagValue } from './flag-value.ts';

/**
 * Reads flags as {@link givenTexts} says. A flag given twice takes the last value, a list takes all. What is not on the command line comes from the flag's environment variable, then from its default.
 * Two listeners of one port contradict each other; port 0 is another one each time.
 * @throws RuntimeError INVALID_FLAG naming the flag, what is wrong and what to write
 */
export function parseFlags<const S extends FlagSpec>(
  spec: S,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): FlagValues<S> {
  const given = givenTexts(spec, argv);
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(spec)) {
    const fromEnv = flag.env === undefined ? undefined : env[flag.env];
    const texts = given.get(name) ?? (fromEnv === undefined || fromEnv === '' ? undefined : [fromEnv]);
    const source = given.has(name) ? `--${name}` : `--${name} (from ${flag.env ?? 'its default'})`;
    values[name] = readFlagValue(source, flag, texts, env);
  }
  refuseSharedPorts(spec, values);
  return values as FlagValues<S>;
}

/** An address without a host takes the port on every one. */
function refuseSharedPorts(spec: FlagSpec, values: Readonly<Record<string, unknown>>): void {
  const listeners = Object.keys(spec)
    .filter((name) => spec[name]?.type === 'listen')
    .map((name) => ({ name, address: values[name] as ListenAddress }));
  for (const [index, { name, address }] of listeners.entries()) {
    const { host, port } = address;
    const other = listeners
      .slice(index + 1)
      .find((each) => each.address.port === port && [host, ''].includes(host === '' ? '' : each.address.host));
    if (port !== 0 && other)
      throw new RuntimeError(
        'INVALID_FLAG',
        `--${name} and --${other.name} are both on port ${port} (${formatAddress(address)}): give one of them another port`,
      );
  }
}

/** The text of `--help`: one flag per line with its default and environment variable. */
export function flagHelp(spec: FlagSpec): string {
  const rows = Object.entries(spec).map(
    ([name, flag]) => [`--${name}${placeholder(flag)}`, describeFlag(flag)] as const,
  );
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}

function placeholder(flag: Flag): string {
  if (flag.type === 'boolean') return '';
  return '=' + { string: 'TEXT', number: 'NUMBER', duration: 'DURATION', list: 'A,B', listen: 'HOST:PORT' }[flag.type];
}

function describeFlag(flag: Flag): string {
  const notes: string[] = [];
  if ((flag.type === 'string' || flag.type === 'list') && flag.choices) notes.push(`one of ${flag.choices.join(', ')}`);
  const shown = defaultText(flag);
  if (shown !== '') notes.push(`default ${shown}`);
  if (flag.type === 'listen' && flag.hostEnv !== undefined)
    notes.push(`without a host: the address in ${flag.hostEnv}, or every one where that is not set`);
  if (flag.env !== undefined) notes.push(`env ${flag.env}`);
  return notes.length === 0 ? flag.describe : `${flag.describe} (${notes.join('; ')})`;
}

function defaultText(flag: Flag): string {
  if (flag.type === 'list') return flag.default.join(',');
  if (flag.type === 'duration' && typeof flag.default === 'number') return formatDuration(flag.default);
  return String(flag.default);
}
