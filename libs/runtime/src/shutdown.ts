import { flagHelp, parseFlags } from './flags.ts';
import type { FlagSpec, FlagValues } from './flag.ts';
import { createLogger, LOG_LEVELS, type Logger } from './logger.ts';
import { TIME_ENCODINGS } from './log-time.ts';
import { boundMemory } from './memory.ts';
import { startProblem } from './start-guard.ts';
import { errorText } from './text.ts';

/** Flags that every process has. */
export const COMMON_FLAGS = {
  loglevel: {
    type: 'string',
    default: 'info',
    choices: LOG_LEVELS,
    describe: 'Least level of log lines that are written',
  },
  'zap-time-encoding': {
    type: 'string',
    default: 'iso8601',
    choices: TIME_ENCODINGS,
    describe: 'How log lines say the time: seconds, milliseconds or nanoseconds since 1970, or a date',
  },
} as const satisfies FlagSpec;

/** What {@link runMain} gives a process. */
export interface MainContext<S extends FlagSpec> {
  /** The values of the process's own flags and of the common ones. */
  flags: FlagValues<S & typeof COMMON_FLAGS>;
  logger: Logger;
  /** Aborts at SIGTERM or SIGINT; `main` then cleans up and returns. */
  signal: AbortSignal;
}

/** The process that {@link runMain} runs. */
export interface MainOptions<S extends FlagSpec> {
  /** Name of the process, in its log and its help. */
  name: string;
  flags: S;
  /** What the program did in other releases by a word before its flags, and what does so now; such a word ends it with 1. */
  goneCommands?: Readonly<Record<string, string>>;
  /** The process. It ends when this settles: exit code 0, or 1 after a logged error. */
  main: (context: MainContext<S>) => Promise<void>;
}

const EXIT_FAILED = 1;
const EXIT_UNSAFE = 2;

/**
 * Runs a process: refuses to where TLS is turned off or down (exits 2), reads its flags (`--help` prints them and exits 0, a bad one is
 * explained on standard error and exits 1, as upstream's programs do), turns SIGTERM and SIGINT into an aborted signal (a second one
 * exits at once with 1), and logs whatever else would end it silently.
 */
export function runMain<const S extends FlagSpec>({ name, flags: own, goneCommands = {}, main }: MainOptions<S>): void {
  const unsafe = startProblem();
  if (unsafe !== undefined) {
    process.stderr.write(`${name}: ${unsafe}\n`);
    process.exitCode = EXIT_UNSAFE;
    return;
  }
  boundMemory();
  const spec = { ...own, ...COMMON_FLAGS };
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    process.stdout.write(`${name}\n\n${flagHelp(spec)}`);
    return;
  }
  const [command = ''] = argv;
  if (Object.hasOwn(goneCommands, command)) {
    process.stderr.write(`${name}: there is no command ${command}: ${goneCommands[command]}\n`);
    process.exitCode = EXIT_FAILED;
    return;
  }
  let flags: FlagValues<S & typeof COMMON_FLAGS>;
  try {
    flags = parseFlags<S & typeof COMMON_FLAGS>(spec, argv);
  } catch (error) {
    process.stderr.write(`${name}: ${errorText(error)}\n`);
    process.exitCode = EXIT_FAILED;
    return;
  }
  const { loglevel: level, 'zap-time-encoding': timeEncoding } = flags as FlagValues<typeof COMMON_FLAGS>;
  const logger = createLogger({ name, level, timeEncoding });
  exitOnLostErrors(logger);
  void supervise(logger, signalOfProcess(logger), (signal) => main({ flags, logger, signal }));
}

async function supervise(
  logger: Logger,
  signal: AbortSignal,
  main: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await main(signal);
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    // What the signal itself interrupted is no failure.
    if (signal.aborted && (error === signal.reason || (error as { name?: unknown }).name === 'AbortError')) {
      logger.info('stopped');
      process.exit(0);
    }
    logger.fatal({ err: error }, `stopped by an error: ${errorText(error)}`);
    process.exit(EXIT_FAILED);
  }
}

function signalOfProcess(logger: Logger): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      logger.warn({ signal: name }, 'second signal: exiting without waiting');
      process.exit(EXIT_FAILED);
    }
    logger.info({ signal: name }, 'stopping');
    stop.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}

/** An error nobody waits for leaves the process in a state nobody knows: say so and let the kubelet start a new one. */
function exitOnLostErrors(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    logger.fatal({ err: reason }, `unhandled rejection: ${errorText(reason)}`);
    process.exit(EXIT_FAILED);
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, `uncaught exception: ${errorText(error)}`);
    process.exit(EXIT_FAILED);
  });
}
