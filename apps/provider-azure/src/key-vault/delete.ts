import { ownObject } from './current-object.ts';
import { inWords, remoteObject } from './remote-key.ts';
import type { VaultClient, VaultClients } from './vault-client.ts';
import { isAbsent } from './vault-object.ts';
import { REMOTE_KEY } from './wanted-object.ts';

/**
 * Deletes an object that has the mark of this operator; one that is not there is deleted. It can be recovered for as long as the vault
 * keeps it: nothing is ever purged, and its name stays taken.
 * @throws ProviderError ALREADY_EXISTS for an object of somebody else.
 */
export async function deleteObject(vault: VaultClient, remoteKey: string, signal: AbortSignal): Promise<void> {
  const object = remoteObject(remoteKey, REMOTE_KEY);
  if (!(await ownObject(vault, object, signal))) return;
  const words = inWords(object);
  const call = { action: `delete ${words}`, object: words, field: REMOTE_KEY };
  try {
    await vault.call(call, signal, (clients) => DELETE[object.type](clients, object.name, { abortSignal: signal }));
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Each sends the deletion and looks once after it; that it takes a while is the vault's affair. */
const DELETE = {
  secret: ({ secrets }: VaultClients, name: string, options: { abortSignal: AbortSignal }): Promise<unknown> =>
    secrets.beginDeleteSecret(name, options),
  key: ({ keys }: VaultClients, name: string, options: { abortSignal: AbortSignal }): Promise<unknown> =>
    keys.beginDeleteKey(name, options),
  cert: ({ certificates }: VaultClients, name: string, options: { abortSignal: AbortSignal }): Promise<unknown> =>
    certificates.beginDeleteCertificate(name, options),
};
