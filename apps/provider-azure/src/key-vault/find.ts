import type { SecretProperties } from '@azure/keyvault-secrets';
import { type CallContext, type Find, limits, ProviderError } from '@eso/api/server';
import { isAbsent, readObject, tagsOf } from './vault-object.ts';
import type { VaultClient } from './vault-client.ts';

/** Reads at once: a small part of what a vault allows in ten seconds. */
const CONCURRENCY = 8;

/**
 * All secrets that a find selects, by their names: enabled ones with all of the tags, whose names match. A secret that goes between the list and the read was not there to be found; any other failure is that of the whole.
 * @throws ProviderError UNSUPPORTED for a path, which the names of a vault do not have; LIMIT_EXCEEDED; never SECRET_NOT_FOUND.
 */
export async function findVaultSecrets(
  vault: VaultClient,
  find: Find,
  call: CallContext,
): Promise<Map<string, Uint8Array>> {
  if (find.path !== undefined)
    throw new ProviderError('UNSUPPORTED', 'the secrets of a vault have no paths', {
      field: 'find.path',
      nextStep: 'remove find.path; find.name.regexp selects by the beginning of a name as well',
    });
  const names = await selected(vault, find, call.signal);
  const found = new Map<string, Uint8Array>();
  let bytes = 0;
  await each(names, call.signal, async (name, signal) => {
    const request = { object: { type: 'secret', name }, version: '', field: 'find', signal } as const;
    const secret = await readObject(vault, request).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (!secret) return;
    bytes += secret.content.length;
    if (bytes > limits.messageBytesCap)
      throw new ProviderError('LIMIT_EXCEEDED', `the secrets found have more than ${limits.messageBytesCap} bytes`, {
        field: 'find',
        nextStep: 'select fewer secrets',
      });
    found.set(name, secret.content);
  });
  return found;
}

/** Names are gathered before they are matched: many take one turn of the worker. */
async function selected(vault: VaultClient, find: Find, signal: AbortSignal): Promise<readonly string[]> {
  const call = { action: 'list secrets', object: 'the list of secrets', field: 'find' };
  const names = await vault.call(call, signal, async ({ secrets }) => {
    const listed: string[] = [];
    for await (const properties of secrets.listPropertiesOfSecrets({ abortSignal: signal })) {
      if (properties.enabled === false || !hasTags(properties, find.tags)) continue;
      if (typeof properties.name !== 'string' || properties.name === '') throw listIsNone();
      listed.push(properties.name);
      if (listed.length > limits.responseKeysCap)
        throw new ProviderError('LIMIT_EXCEEDED', `the vault has more than ${limits.responseKeysCap} secrets`, {
          field: 'find',
          nextStep: 'use another vault for what is to be found',
        });
    }
    return listed;
  });
  return find.nameRegexp ? find.nameRegexp.select(names) : names;
}

function hasTags(properties: SecretProperties, wanted: ReadonlyMap<string, string>): boolean {
  const tags = tagsOf(properties);
  return [...wanted].every(([key, value]) => tags.get(key) === value);
}

async function each<T>(
  items: readonly T[],
  signal: AbortSignal,
  run: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const next = items.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await run(item, either);
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    ended.abort();
  }
}

function listIsNone(): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', 'Key Vault answers with a list of what are no secrets', {
    retryable: false,
  });
}
