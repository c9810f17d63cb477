import { limits } from '../../contract/limits.ts';
import { ProviderError } from '../../contract/provider-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A state as it goes over the wire; no bytes when there is none.
 * @throws ProviderError INTERNAL for what is no JSON value, LIMIT_EXCEEDED. Nothing of the state stands in either.
 */
export function encodeState(state: unknown): Uint8Array {
  if (state === undefined || state === null) return new Uint8Array();
  let text: string | undefined;
  try {
    text = JSON.stringify(state);
  } catch {
    // A cycle or a bigint; the text names the path to it.
  }
  if (text === undefined)
    throw new ProviderError('INTERNAL', 'the provider made a state that is no JSON value (generate)', {
      nextStep: "report it to the provider's author",
    });
  const bytes = Buffer.from(text);
  if (bytes.length > limits.generatorStateBytes) throw tooLarge(bytes.length);
  return bytes;
}

/**
 * The state that a request brings; undefined when there is none.
 * @throws ProviderError INVALID_REQUEST, LIMIT_EXCEEDED.
 */
export function decodeState(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  if (bytes.length > limits.generatorStateBytes) throw tooLarge(bytes.length);
  try {
    return (JSON.parse(utf8.decode(bytes)) as unknown) ?? undefined;
  } catch {
    // A parser quotes its input.
    throw new ProviderError('INVALID_REQUEST', 'state is no JSON', { field: 'state' });
  }
}

function tooLarge(bytes: number): ProviderError {
  return new ProviderError(
    'LIMIT_EXCEEDED',
    `the state of the generator has ${bytes} bytes, more than the limit of ${limits.generatorStateBytes}`,
    { nextStep: "report it to the provider's author: a state names what was made, and nothing else" },
  );
}
