import { ProviderError } from '../../contract/provider-error.ts';
import type { CallContext, Push } from '../backend.ts';
import { checkPushText } from './push-text.ts';
import { dataTask } from '../calls/heavy-tasks.ts';

/** What a push of a key that the source Secret does not have means. */
export interface PushValueOptions {
  /** `refuse`: an error that names the key. `empty`: an empty value, as some backends of upstream's have it. Default `refuse`. */
  readonly absentKey?: 'refuse' | 'empty';
}

/**
 * The bytes that a push writes: those of its key, or without a key the whole data as one JSON object of texts, keys sorted, `<`, `>` and
 * `&` as they are.
 * @throws ProviderError INVALID_REQUEST for a key that the Secret does not have, and for JSON of bytes that are no UTF-8 text (see
 * checkPushText); LIMIT_EXCEEDED; PROVIDER_BUSY.
 */
export async function pushValue(
  push: Pick<Push, 'data' | 'secretKey'>,
  call: Pick<CallContext, 'work'>,
  { absentKey = 'refuse' }: PushValueOptions = {},
): Promise<Uint8Array> {
  const { data, secretKey } = push;
  if (secretKey !== '') {
    const value = data.get(secretKey) ?? (absentKey === 'empty' ? new Uint8Array() : undefined);
    if (value) return value;
    throw new ProviderError('INVALID_REQUEST', `the source Secret has no key ${secretKey}`, {
      field: 'match.secretKey',
      nextStep: 'add the key to the source Secret or correct match.secretKey',
    });
  }
  checkPushText(push);
  let bytes = 0;
  for (const value of data.values()) bytes += value.length;
  return call.work.run({
    task: dataTask,
    input: { data },
    source: `data of ${data.size} keys, ${bytes} bytes`,
    field: 'match.secretKey',
    what: 'writing the data as JSON',
  });
}
