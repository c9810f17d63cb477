import { isManaged, ProviderError } from '@eso/api/server';
import { inWords, type RemoteObject } from './remote-key.ts';
import type { VaultClient } from './vault-client.ts';
import { isAbsent, readObject, type VaultObject } from './vault-object.ts';
import { REMOTE_KEY } from './wanted-object.ts';

/** The latest version, read anew, if a push may write it; undefined: there is no such object. @throws ProviderError ALREADY_EXISTS */
export async function ownObject(
  vault: VaultClient,
  object: RemoteObject,
  signal: AbortSignal,
): Promise<VaultObject | undefined> {
  const existing = await currentObject(vault, object, signal);
  if (existing?.isOfCertificate) throw ofCertificate(object);
  if (existing) checkManaged(object, existing.tags);
  return existing;
}

/** The latest version, read anew; undefined: there is no such object. */
export async function currentObject(
  vault: VaultClient,
  object: RemoteObject,
  signal: AbortSignal,
): Promise<VaultObject | undefined> {
  try {
    return await readObject(vault, { object, version: '', field: REMOTE_KEY, signal });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @throws ProviderError ALREADY_EXISTS */
export function checkManaged(object: RemoteObject, tags: ReadonlyMap<string, string>, state = ''): void {
  if (isManaged(tags)) return;
  throw new ProviderError('ALREADY_EXISTS', `${state}${inWords(object)} is not managed by external-secrets`, {
    field: REMOTE_KEY,
    nextStep: 'choose another remote key, or give the object the tag managed-by with the value external-secrets',
  });
}

/** It has the tags of the certificate, the mark among them. */
function ofCertificate(object: RemoteObject): ProviderError {
  const { name } = object;
  return new ProviderError('ALREADY_EXISTS', `${inWords(object)} stands behind certificate ${name}`, {
    field: REMOTE_KEY,
    nextStep: `choose another remote key, or push the certificate itself, as cert/${name}`,
  });
}
