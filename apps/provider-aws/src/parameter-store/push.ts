import { type CallContext, canonicalJson, checkPushText, ProviderError, type Push, pushValue } from '@eso/api/server';
import { isManaged, tagChanges } from '../aws/managed-tags.ts';
import { wantedTags } from '../aws/pushed-tags.ts';
import { invalidValue, SECRET_KEY } from '../aws/pushed-texts.ts';
import { REMOTE_KEY } from '../aws/writing-calls.ts';
import { parameterNameProblem } from './parameter-name.ts';
import { parameterMetadata, type ParameterPushOptions, putSettings } from './push-options.ts';
import type { ParameterWrites } from './writes.ts';

/** Beginnings of names that AWS does not take, in any case. */
const RESERVED = /^\/?(aws|ssm)/i;
/** What some back ends answer for a value that they do not decrypt. */
const HIDDEN = 'sensitive';

/**
 * Writes a parameter, where it is not what it should be: a new one with the mark of this operator, another one only if it has it.
 * @throws ProviderError INVALID_REQUEST for a name, a value or metadata that AWS would refuse; ALREADY_EXISTS for a parameter of
 * somebody else; then nothing is written.
 */
export async function pushParameter(
  writes: ParameterWrites,
  name: string,
  push: Push,
  call: CallContext,
): Promise<void> {
  const { signal } = call;
  checkName(name);
  const options = await parameterMetadata.read(push, call);
  const desired = wantedTags(options);
  const text = await textOf(push, call, options);
  const current = await writes.current(name, { signal });
  const put = (create: boolean) =>
    writes.put(
      { ...putSettings(options, create), Name: name, Value: text },
      { signal, nextStep: tierAdvice(text, options) },
    );
  if (!current) return put(true);
  const tags = await writes.tags(name, signal);
  if (!isManaged(tags))
    throw new ProviderError('ALREADY_EXISTS', `parameter ${name} exists and is not managed by external-secrets`, {
      field: REMOTE_KEY,
      nextStep: 'choose another remote key, or give the parameter the tag managed-by with the value external-secrets',
    });
  if (current.text === HIDDEN)
    throw new ProviderError(
      'ACCESS_DENIED',
      `the value of parameter ${name} cannot be compared: it comes undecrypted`,
      {
        field: REMOTE_KEY,
        nextStep: 'allow the identity to decrypt with the KMS key of the parameter',
      },
    );
  if (current.text === text) return;
  // The value comes last: once it is equal nothing is looked at any more.
  await writes.changeTags(name, tagChanges(tags, desired), signal);
  await put(false);
}

/** Deletes a parameter that has the mark of this operator; what has not, or is not there, is left as it is. */
export async function deleteParameter(writes: ParameterWrites, name: string, signal: AbortSignal): Promise<void> {
  // Nothing was ever pushed to such a name, and AWS would refuse the question.
  if (parameterNameProblem(name)) return;
  if (!(await writes.current(name, { signal, encrypted: true }))) return;
  if (isManaged(await writes.tags(name, signal))) await writes.delete(name, signal);
}

/** What AWS refuses for certain, before anything is asked for. */
function checkName(name: string): void {
  const problem =
    parameterNameProblem(name) ??
    (RESERVED.test(name) ? 'begins with aws or ssm, which AWS keeps to itself' : undefined);
  if (problem === undefined) return;
  throw new ProviderError('INVALID_REQUEST', `parameter name ${name} ${problem}`, {
    field: REMOTE_KEY,
    nextStep: 'use letters, digits, ., -, _ and /, with a / at the beginning of a name that has levels',
  });
}

async function textOf(push: Push, call: CallContext, options: ParameterPushOptions): Promise<string> {
  const { data, secretKey } = push;
  const limit = limitOf(options);
  const base64 = secretKey === '' && !options.encodeAsDecoded;
  if (!base64) checkPushText(push, { why: 'a parameter is text', nextStep: BINARY });
  let bytes = 0;
  if (secretKey === '') for (const value of data.values()) bytes += value.length;
  // A character has four bytes at the most.
  if (bytes > limit.characters * 4) throw tooLarge(limit);
  const value = base64
    ? canonicalJson(new Map([...data].map(([key, part]) => [key, Buffer.from(part).toString('base64')])))
    : await pushValue(push, call);
  const text = Buffer.from(value).toString();
  if (text.length > limit.characters) throw tooLarge(limit);
  if (text === '') throw invalidValue('the value is empty, which Parameter Store does not take', 'push a value');
  return text;
}

/** The most characters that a standard parameter holds. */
const STANDARD_CHARACTERS = 4_096;

/** Where no tier is given the account decides; whether it makes such a parameter an advanced one, AWS alone knows. */
function tierAdvice(text: string, { tier }: ParameterPushOptions): string | undefined {
  if (text.length <= STANDARD_CHARACTERS || tier?.type === 'Advanced') return undefined;
  return `set metadata.spec.tier.type to Advanced if the value, which has more than ${STANDARD_CHARACTERS} characters, is what AWS refuses`;
}

const BINARY = 'encode it in the source Secret, or push the whole Secret, whose values are written in base64';

interface Limit {
  readonly characters: number;
  /** The kind of parameter, for the words. */
  readonly of: string;
  readonly nextStep: string;
}

/** Where no tier is given the account decides, so that what an advanced parameter holds may do. */
function limitOf({ tier }: ParameterPushOptions): Limit {
  return tier?.type === 'Standard'
    ? {
        characters: STANDARD_CHARACTERS,
        of: 'a standard parameter',
        nextStep: 'push less, or set metadata.spec.tier.type to Advanced',
      }
    : { characters: 8_192, of: 'a parameter', nextStep: 'push less, or push to AWS Secrets Manager' };
}

function tooLarge({ characters, of, nextStep }: Limit): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', `the value has more than the ${characters} characters of ${of}`, {
    field: SECRET_KEY,
    nextStep,
  });
}

/** Whether there is such a parameter, whoever manages it; without its value. */
export async function parameterExists(writes: ParameterWrites, name: string, signal: AbortSignal): Promise<boolean> {
  return !parameterNameProblem(name) && (await writes.current(name, { signal, encrypted: true })) !== undefined;
}
