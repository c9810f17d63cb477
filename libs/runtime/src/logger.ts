import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { encodeLogTime, type TimeEncoding } from './log-time.ts';
import { redactFields } from './redact.ts';
import { isError } from './text.ts';

/** What every part takes to write structured lines. */
export type Logger = PinoLogger;

/** The levels of `--loglevel`; dpanic and panic are upstream's names for levels above error, and mean fatal here. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'dpanic', 'panic', 'fatal', 'silent'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a logger writes, and where. */
export interface LoggerOptions {
  /** Stands in every line as `logger`; the name of the process. */
  name: string;
  /** Least level that is written. Default `info`. */
  level?: LogLevel;
  /** How `time` is written. Default `iso8601`. */
  timeEncoding?: TimeEncoding;
  /** Where lines go. Default: standard output, written synchronously so that nothing is lost at a crash. */
  destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object per line: `time`, `level` (name), `logger`, `msg` and the given fields.
 * Fields with names known to hold secrets are replaced at any depth; of errors only type, code, message and stack are written.
 */
export function createLogger({ name, level = 'info', timeEncoding = 'iso8601', destination }: LoggerOptions): Logger {
  const options = {
    level: level === 'dpanic' || level === 'panic' ? 'fatal' : level,
    base: { logger: name },
    timestamp: () => `,"time":${encodeLogTime(Date.now(), timeEncoding)}`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redactFields,
    },
    serializers: { err: describeError, error: describeError },
  };
  return redactingChildren(pino(options, destination ?? pino.destination({ dest: 1, sync: true })));
}

/** pino formats the bindings of the first logger alone; those of its children pass through here. Children inherit it. */
function redactingChildren(logger: Logger): Logger {
  const child: unknown = Reflect.get(logger, 'child');
  return Object.defineProperty(logger, 'child', {
    value: function redactingChild(this: Logger, bindings: Record<string, unknown>, ...rest: unknown[]): Logger {
      return Reflect.apply(child as (...args: unknown[]) => Logger, this, [redactFields(bindings), ...rest]);
    },
  });
}

/** Writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });

interface ErrorFields {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: ErrorFields;
}

/** Names the fields that are written: SDK errors carry whole requests and responses with their headers. */
function describeError(thrown: unknown, depth = 0): unknown {
  if (!isError(thrown)) return thrown;
  const fields: ErrorFields = { type: thrown.name, message: thrown.message };
  const code = (thrown as { code?: unknown }).code;
  if (typeof code === 'string' || typeof code === 'number') fields.code = code;
  if (depth === 0 && thrown.stack) fields.stack = thrown.stack;
  if (isError(thrown.cause) && depth < 3) fields.cause = describeError(thrown.cause, depth + 1) as ErrorFields;
  return fields;
}
