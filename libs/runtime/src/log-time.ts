/** The values of `--zap-time-encoding`, as the logger of External Secrets 2.x knows them. */
export const TIME_ENCODINGS = ['epoch', 'millis', 'nano', 'iso8601', 'rfc3339', 'rfc3339nano'] as const;
/** One of {@link TIME_ENCODINGS}. */
export type TimeEncoding = (typeof TIME_ENCODINGS)[number];

/**
 * A time as it stands in a log line, as JSON: a number since 1970 in seconds (`epoch`), milliseconds or nanoseconds, or a date in quotes,
 * always UTC.
 * @param now wall clock, milliseconds since the epoch
 */
export function encodeLogTime(now: number, encoding: TimeEncoding): string {
  switch (encoding) {
    case 'epoch':
      return String(now / 1_000);
    case 'millis':
      return String(now);
    case 'nano':
      return `${String(now)}000000`;
    case 'iso8601':
      return `"${new Date(now).toISOString()}"`;
    case 'rfc3339':
      return `"${new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')}"`;
    case 'rfc3339nano':
      return `"${new Date(now).toISOString().replace(/\.?0*Z$/, 'Z')}"`;
  }
}
