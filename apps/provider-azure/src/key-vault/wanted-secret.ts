import { ProviderError } from '@eso/api/server';
import type { VaultPushOptions } from './push-options.ts';
import { SECRET_KEY, type WantedObject } from './wanted-object.ts';

/** The largest value of a secret, bytes. */
const MAX_BYTES = 25_600;

/** A secret with this text. @throws ProviderError INVALID_REQUEST, LIMIT_EXCEEDED for what Key Vault refuses. */
export function wantedSecret(value: Uint8Array, options: VaultPushOptions): WantedObject {
  checkValue(value);
  const { expiresOn, contentType, tags } = options;
  return {
    isSame: ({ content, attributes, contentType: existing }) =>
      Buffer.from(content).equals(value) &&
      attributes.get('expires')?.getTime() === expiresOn?.getTime() &&
      (contentType === undefined || contentType === existing),
    write: ({ secrets }, { name, existing, signal }) => {
      const kept = contentType ?? existing?.contentType;
      return secrets.setSecret(name, Buffer.from(value).toString(), {
        enabled: true,
        tags: { ...tags },
        ...(kept !== undefined && { contentType: kept }),
        ...(expiresOn && { expiresOn }),
        abortSignal: signal,
      });
    },
  };
}

function checkValue(value: Uint8Array): void {
  if (value.length === 0)
    throw new ProviderError('INVALID_REQUEST', 'the value is empty, which Key Vault does not take', {
      field: SECRET_KEY,
      nextStep: 'push a value',
    });
  if (value.length > MAX_BYTES)
    throw new ProviderError(
      'LIMIT_EXCEEDED',
      `the value has ${value.length} bytes, and a secret of Key Vault has ${MAX_BYTES} at most`,
      { field: SECRET_KEY, nextStep: 'push less, or push a key of the Secret instead of all of it' },
    );
}
