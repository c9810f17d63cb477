import type { DecodingStrategy } from '@eso/api/resources';
import type { Fuel } from '@eso/runtime';
import { takePass } from '../bounds/costs.ts';
import { type KeyNames, shownKey } from '../bounds/key-names.ts';
import { SyncError } from '../error.ts';
import { decodeBase64 } from './base64.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/** Steps for a byte: text, line breaks, alphabet and decoding each look at it once; Auto does so twice. */
const STEPS_PER_BYTE = 10;

/** How values are decoded. */
export interface DecodeOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
  /** Default None: values stay as they are. */
  readonly strategy?: DecodingStrategy | undefined;
  /** Path of the entry that errors name, such as `spec.dataFrom[0].extract`. */
  readonly field: string;
}

/**
 * Decodes one value. It never grows.
 * @throws SyncError DECODING_FAILED when the value is not in that form; strategy Auto leaves such a value as it is. FuelSpent
 */
export function decodeValue(value: Uint8Array, { fuel, strategy = 'None', field }: DecodeOptions): Uint8Array {
  if (strategy !== 'None') fuel.take(STEPS_PER_BYTE * value.length);
  return decoded(value, strategy, field);
}

/**
 * Decodes every value.
 * @throws SyncError DECODING_FAILED naming the first key, in byte order, whose value is not in that form; FuelSpent
 */
export function decodeValues(
  data: SecretData,
  { fuel, strategy = 'None', field, names }: DecodeOptions & { readonly names: KeyNames },
): SecretData {
  if (strategy === 'None') return data;
  takePass(data, fuel, { value: STEPS_PER_BYTE });
  const all = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    try {
      all.set(key, decoded(data.get(key) ?? new Uint8Array(), strategy, field));
    } catch (error) {
      const { publicMessage } = SyncError.from(error);
      throw undecodable(`failure decoding ${shownKey(key, names)}: ${publicMessage}`, field);
    }
  }
  return all;
}

function decoded(value: Uint8Array, strategy: DecodingStrategy, field: string): Uint8Array {
  switch (strategy) {
    case 'None':
      return value;
    case 'Auto':
      return decodeBase64(value, 'Base64') ?? decodeBase64(value, 'Base64URL') ?? value;
    case 'Base64':
    case 'Base64URL': {
      const bytes = decodeBase64(value, strategy);
      if (bytes === undefined) throw undecodable(`the value is not valid ${strategy}`, field);
      return bytes;
    }
    default:
      throw undecodable(`decoding strategy ${String(strategy)} is not supported`, field);
  }
}

function undecodable(what: string, field: string): SyncError {
  return new SyncError({
    code: 'DECODING_FAILED',
    field,
    what,
    nextStep: 'Correct the value in the backend, or set decodingStrategy to the form it really has.',
  });
}
