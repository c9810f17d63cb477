import type { SecretProperties } from '@azure/keyvault-secrets';
import { type CallContext, type Find, Found, inParallel, limits, ProviderError } from '@eso/api/server';
import { readObject, tagsOf } from './vault-object.ts';
import type { VaultClient } from './vault-client.ts';

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
  const found = new Found();
  await inParallel(names, call.signal, async (name, signal) => {
    const request = { object: { type: 'secret', name }, version: '', field: 'find', signal } as const;
    try {
      found.add(name, (await readObject(vault, request)).content);
    } catch (error) {
      found.leaveOut(name, error);
    }
  });
  found.logLeftOut(call.logger, 'secrets');
  return found.secrets;
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

function listIsNone(): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', 'Key Vault answers with a list of what are no secrets', {
    retryable: false,
  });
}
