import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ProviderError } from '@eso/api/server';
import type { PemSection } from './pem.ts';
import { SECRET_KEY } from './wanted-object.ts';

const LABEL = /^(RSA |EC )?PRIVATE KEY$/;

/**
 * The first private key among the blocks of a PEM text; undefined where there is none.
 * @throws ProviderError INVALID_REQUEST where it cannot be read, or is encrypted.
 */
export function privateKeyAmong(blocks: readonly PemSection[]): KeyObject | undefined {
  const block = blocks.find(({ label }) => LABEL.test(label) || label === 'ENCRYPTED PRIVATE KEY');
  if (!block) return undefined;
  if (block.label === 'ENCRYPTED PRIVATE KEY' || block.text.includes('ENCRYPTED'))
    throw refusedValue('the private key is encrypted, and Key Vault gets no password', 'push it without encryption');
  try {
    return createPrivateKey(block.text);
  } catch {
    throw refusedValue('the private key cannot be read', 'copy it anew, with all of its lines');
  }
}

/** The failure of a value that Key Vault would not take: INVALID_REQUEST. */
export function refusedValue(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field: SECRET_KEY, nextStep });
}
