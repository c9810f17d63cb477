import { ProviderError } from '../../contract/provider-error.ts';

/** Bounds of one answer. */
export interface ResponseLimits {
  /** Largest response message, bytes. */
  readonly responseBytes: number;
  /** Most keys in one answer. */
  readonly responseKeys: number;
}

/** What an answer is about. */
export interface AnswerPlace {
  /** What the user wrote that asks for so much, for the error: `remoteRef.key`. */
  readonly field?: string;
  /** Bytes of what else stands in the answer. Default 0. */
  readonly besides?: number;
}

/**
 * Refuses an answer that core would not read, before it is serialised.
 * @throws ProviderError LIMIT_EXCEEDED naming the limit.
 */
export function checkValue(value: Uint8Array, limits: ResponseLimits, { field, besides = 0 }: AnswerPlace = {}): void {
  checkBytes(besides + lengthDelimited(value.length), limits, field);
}

/** As `checkValue`, for a map; also limits the number of keys. */
export function checkMap(
  secrets: ReadonlyMap<string, Uint8Array>,
  limits: ResponseLimits,
  { field, besides = 0 }: AnswerPlace = {},
): void {
  if (secrets.size > limits.responseKeys)
    throw exceeded(
      `the answer has ${secrets.size} keys, more than the provider's limit of ${limits.responseKeys}`,
      '--max-response-keys',
      field,
    );
  let bytes = besides;
  for (const [key, value] of secrets)
    bytes += lengthDelimited(lengthDelimited(Buffer.byteLength(key)) + lengthDelimited(value.length));
  checkBytes(bytes, limits, field);
}

function checkBytes(bytes: number, { responseBytes }: ResponseLimits, field: string | undefined): void {
  if (bytes > responseBytes)
    throw exceeded(
      `the answer has ${bytes} bytes, more than the provider's limit of ${responseBytes}`,
      '--max-response-bytes',
      field,
    );
}

function exceeded(problem: string, flag: string, field: string | undefined): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', problem, {
    ...(field !== undefined && { field }),
    nextStep: `ask for less at once, or raise ${flag} of the provider (and the response limit of core)`,
  });
}

/** Bytes that a field of this length takes in protobuf's encoding: one byte of tag, the length as a varint, the content. */
export function lengthDelimited(length: number): number {
  let varint = 1;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) varint += 1;
  return 1 + varint + length;
}
