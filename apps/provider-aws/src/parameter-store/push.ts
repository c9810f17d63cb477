import { isUtf8 } from 'node:buffer';
import { type CallContext, canonicalJson, ProviderError, type Push, pushValue } from '@eso/api/server';
import { isManaged, tagChanges } from '../aws/managed-tags.ts';
import { parameterMetadata, putSettings, wantedTags } from './push-options.ts';
import { parameterName } from './parameter-name.ts';
import { type ParameterWrites, REMOTE_KEY } from './writes.ts';

/** The most characters that AWS takes, in an advanced parameter. */
const MAX_CHARACTERS = 8_192;
/** Levels of a name that AWS takes. */
const MAX_LEVELS = 15;
/** What some back ends answer for a value that they do not decrypt. */
const HIDDEN = 'sensitive';
const SECRET_KEY = 'match.secretKey';

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
  const text = await textOf(push, call, options.encodeAsDecoded);
  const current = await writes.current(name, { signal });
  if (!current) return writes.put({ ...putSettings(options, true), Name: name, Value: text }, signal);
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
  await writes.put({ ...putSettings(options, false), Name: name, Value: text }, signal);
}

/** Deletes a parameter that has the mark of this operator; what has not, or is not there, is left as it is. */
export async function deleteParameter(writes: ParameterWrites, name: string, signal: AbortSignal): Promise<void> {
  checkName(name);
  if (!(await writes.current(name, { signal, encrypted: true }))) return;
  if (isManaged(await writes.tags(name, signal))) await writes.delete(name, signal);
}

/** What AWS refuses for certain, before anything is asked for. */
function checkName(name: string): void {
  const { selector } = parameterName(name);
  const levels = name.split('/').length - 1;
  const problem =
    selector !== undefined
      ? 'names a version, which cannot be written'
      : /[^\w./-]/.test(name) && !name.startsWith('arn:')
        ? 'has characters that Parameter Store does not take'
        : name.includes('/') && !/^(\/|arn:)/.test(name)
          ? 'has levels and does not begin with /'
          : levels > MAX_LEVELS && !name.startsWith('arn:')
            ? `has more than ${MAX_LEVELS} levels`
            : undefined;
  if (problem === undefined) return;
  throw new ProviderError('INVALID_REQUEST', `parameter name ${name} ${problem}`, {
    field: REMOTE_KEY,
    nextStep: 'use letters, digits, ., -, _ and /, with a / at the beginning of a name that has levels',
  });
}

async function textOf(push: Push, call: CallContext, encodeAsDecoded: boolean): Promise<string> {
  const { data, secretKey } = push;
  const base64 = secretKey === '' && !encodeAsDecoded;
  const unreadable = base64 ? [] : [...data].filter(([key, value]) => (secretKey || key) === key && !isUtf8(value));
  for (const [key] of unreadable)
    throw invalidValue(`the value of key ${key} is no UTF-8 text, and a parameter is text`, BINARY);
  let bytes = 0;
  if (secretKey === '') for (const value of data.values()) bytes += value.length;
  if (bytes > MAX_CHARACTERS * 4) throw tooLarge();
  const value = base64
    ? canonicalJson(new Map([...data].map(([key, part]) => [key, Buffer.from(part).toString('base64')])))
    : await pushValue(push, call);
  const text = Buffer.from(value).toString();
  if (text.length > MAX_CHARACTERS) throw tooLarge();
  if (text === '') throw invalidValue('the value is empty, which Parameter Store does not take', 'push a value');
  return text;
}

const BINARY = 'encode it in the source Secret, or push the whole Secret, whose values are written in base64';

function tooLarge(): ProviderError {
  return new ProviderError(
    'LIMIT_EXCEEDED',
    `the value has more than the ${MAX_CHARACTERS} characters of a parameter`,
    {
      field: SECRET_KEY,
      nextStep: 'push less, or push to AWS Secrets Manager',
    },
  );
}

function invalidValue(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field: SECRET_KEY, nextStep });
}
