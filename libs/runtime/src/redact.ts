import { isError } from './text.ts';

/**
 * Names of fields whose value is never written to a log, compared without case, `-` and `_`. A net under the rule that
 * nobody logs a value in the first place, so it lists names that hold nothing else.
 */
const SENSITIVE = new Set([
  'accesskey',
  'accesstoken',
  'apikey',
  'authorization',
  'cakey',
  'clientsecret',
  'cookie',
  'credentials',
  'idtoken',
  'password',
  'passphrase',
  'privatekey',
  'refreshtoken',
  'secretaccesskey',
  'secretdata',
  'secretvalue',
  'sessiontoken',
  'stringdata',
  'tls.key',
  'ca.key',
  'token',
]);
const MAX_DEPTH = 5;

/** Whether an object is a record rather than an instance of a class; also one of another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What stands in place of a redacted value. */
export const REDACTED = '[redacted]';

/** Whether a field of this name is kept out of logs. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE.has(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

/**
 * A copy of `fields` in which the value of every sensitive name is replaced; the same object when there is none. Bytes are
 * replaced wherever they stand: no log line needs them. Errors are left alone, the error serializer picks their fields.
 */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(source: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(source)) {
    const clean = isSensitiveName(name) && value != null ? REDACTED : redactValue(value, depth + 1);
    if (clean !== value) (copy ??= { ...source })[name] = clean;
  }
  return copy ?? source;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || isError(value)) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return REDACTED;
  // Nothing we log is that deep; what is cut off cannot leak.
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) {
    const clean = value.map((item: unknown) => redactValue(item, depth + 1));
    return clean.some((item, index) => item !== value[index]) ? clean : (value as unknown[]);
  }
  if (!isPlain(value)) return value;
  return redactObject(value as Record<string, unknown>, depth);
}
