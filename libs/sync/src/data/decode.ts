import type { DecodingStrategy } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { decodeBase64 } from './base64.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/**
 * Decodes one value.
 * @throws SyncError DECODING_FAILED when the value is not in that form; strategy Auto leaves such a value as it is
 */
export function decodeValue(value: Uint8Array, strategy: DecodingStrategy = 'None', field = 'spec'): Uint8Array {
  switch (strategy) {
    case 'None':
      return value;
    case 'Auto':
      return decodeBase64(value, 'Base64') ?? decodeBase64(value, 'Base64URL') ?? value;
    case 'Base64':
    case 'Base64URL': {
      const decoded = decodeBase64(value, strategy);
      if (decoded === undefined) throw undecodable(`the value is not valid ${strategy}`, field);
      return decoded;
    }
    default:
      throw undecodable(`decoding strategy ${String(strategy)} is not supported`, field);
  }
}

/**
 * Decodes every value.
 * @throws SyncError DECODING_FAILED naming the first key, in byte order, whose value is not in that form
 */
export function decodeValues(data: SecretData, strategy: DecodingStrategy = 'None', field = 'spec'): SecretData {
  if (strategy === 'None') return data;
  const decoded = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    try {
      decoded.set(key, decodeValue(data.get(key) ?? new Uint8Array(), strategy, field));
    } catch (error) {
      throw undecodable(`failure decoding key ${key}: ${SyncError.from(error).publicMessage}`, field);
    }
  }
  return decoded;
}

function undecodable(what: string, field: string): SyncError {
  return new SyncError({
    code: 'DECODING_FAILED',
    field,
    what,
    nextStep: 'Correct the value in the backend, or set decodingStrategy to the form it really has.',
  });
}
