import { type CallContext, checkPushText, ProviderError, type Push, pushValue, writeProperty } from '@eso/api/server';
import { invalidValue, SECRET_KEY } from '../aws/pushed-texts.ts';
import type { SecretPushOptions } from './push-options.ts';
import { secretDocument } from './secret-bytes.ts';
import type { SecretValue } from './secret.ts';

/** AWS takes no larger value. */
const MAX_BYTES = 65_536;
const PROPERTY = 'match.remoteRef.property';
/** As upstream says it. */
const NEEDS_JSON = 'PushSecret for aws secrets manager with a pushSecretData property requires a json secret';

/**
 * What a push takes from the source Secret, before it is known what is at AWS.
 * @throws ProviderError INVALID_REQUEST for a key that the Secret lacks, nothing to write, and bytes that are no text where text is
 * written: in a property, in the JSON of a whole Secret, and with the format `string`; LIMIT_EXCEEDED for what no secret can hold.
 */
export async function sourceValue(push: Push, options: SecretPushOptions, call: CallContext): Promise<Uint8Array> {
  const { data, secretKey, property } = push;
  if (property || !secretKey) checkPushText(push);
  else if (options.secretPushFormat === 'string')
    checkPushText(push, {
      why: 'metadata.spec.secretPushFormat is string',
      nextStep: 'push it as binary, or encode it in the source Secret',
    });
  if (!secretKey) {
    let bytes = 0;
    for (const value of data.values()) bytes += value.length;
    // As JSON it is larger still.
    checkSize(bytes, SECRET_KEY);
  }
  const value = await pushValue(push, call);
  if (!property && value.length === 0)
    throw invalidValue('the value is empty, which Secrets Manager does not take', 'push a value');
  checkSize(value.length, SECRET_KEY);
  return value;
}

/**
 * What the secret shall hold: the value, or what it holds now with the value as one of its properties, all else letter for letter.
 * @param current undefined: nothing yet
 * @throws ProviderError NOT_AN_OBJECT where a property is to be written into what is no JSON; INVALID_REQUEST for a path that leads to
 * nothing that can be written; LIMIT_EXCEEDED.
 */
export async function mergedValue(
  value: Uint8Array,
  { property, remoteKey }: Pick<Push, 'property' | 'remoteKey'>,
  current: SecretValue | undefined,
  call: CallContext,
): Promise<Uint8Array> {
  if (!property) return value;
  const document = (current && secretDocument(current)) ?? new Uint8Array();
  const merged = await written(document, property, value, remoteKey, call);
  checkSize(merged.length, PROPERTY);
  return merged;
}

async function written(
  document: Uint8Array,
  property: string,
  value: Uint8Array,
  remoteKey: string,
  call: CallContext,
): Promise<Uint8Array> {
  try {
    const merged = await writeProperty(document, property, value, call);
    if (!merged) throw selectsNothing(property, remoteKey);
    return merged;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.code !== 'NOT_AN_OBJECT') throw error;
    throw new ProviderError('NOT_AN_OBJECT', `${NEEDS_JSON}, and secret ${remoteKey} holds something else`, {
      field: PROPERTY,
      nextStep: 'push without a property, which replaces the whole value, or choose another remote key',
      cause: error,
    });
  }
}

/** Whether the secret holds this already, in whichever form. */
export function holds({ text, binary }: SecretValue, value: Uint8Array): boolean {
  const bytes = Buffer.from(value);
  return (binary !== undefined && bytes.equals(binary)) || (text !== undefined && bytes.equals(Buffer.from(text)));
}

/** A value as AWS takes it. */
export function inFormat(value: Uint8Array, { secretPushFormat }: Pick<SecretPushOptions, 'secretPushFormat'>) {
  return secretPushFormat === 'string' ? { SecretString: Buffer.from(value).toString() } : { SecretBinary: value };
}

function selectsNothing(property: string, remoteKey: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `property ${property} selects nothing that is in secret ${remoteKey}`, {
    field: PROPERTY,
    nextStep: 'name the property by its path; escape | # @ * ? and dots of a key with a backslash',
  });
}

function checkSize(bytes: number, field: string): void {
  if (bytes <= MAX_BYTES) return;
  throw new ProviderError('LIMIT_EXCEEDED', `the value has ${bytes} bytes, and a secret holds ${MAX_BYTES}`, {
    field,
    nextStep: 'push less, or split it over several secrets',
  });
}
