import { type CallContext, checkPushText, type Push, pushValue } from '@eso/api/server';
import { ownObject } from './current-object.ts';
import { vaultPushOptions, type VaultPushOptions } from './push-options.ts';
import { deletedState, recoverObject, type RecoverTarget } from './recover.ts';
import { inWords, remoteObject, type RemoteObject } from './remote-key.ts';
import type { VaultClient } from './vault-client.ts';
import { wantedCertificate } from './wanted-certificate.ts';
import { wantedKey } from './wanted-key.ts';
import { REMOTE_KEY, type WantedObject } from './wanted-object.ts';
import { wantedSecret } from './wanted-secret.ts';

const WANTED: Readonly<
  Record<RemoteObject['type'], (value: Uint8Array, options: VaultPushOptions) => WantedObject | Promise<WantedObject>>
> = {
  secret: wantedSecret,
  key: wantedKey,
  cert: wantedCertificate,
};

/** Keys and certificates may be bytes. */
const TEXT = { why: 'a secret of Key Vault is text', nextStep: 'encode it in the source Secret, such as in base64' };

/**
 * Makes an object of a vault what a push wants it to be, where it is not: a new one with the mark of this operator, another one only
 * if it has it. One that was deleted, and has the mark, is recovered first, as its name is taken until it is purged.
 * @throws ProviderError INVALID_REQUEST and LIMIT_EXCEEDED for a name, a value or metadata that Key Vault would refuse; ALREADY_EXISTS
 * for an object of somebody else; CONFLICT for one that is still being deleted or recovered. Then nothing is written.
 */
export async function pushObject(target: RecoverTarget, push: Push, call: CallContext): Promise<void> {
  const object = remoteObject(push.remoteKey, REMOTE_KEY);
  const options = await vaultPushOptions(push, call);
  if (object.type === 'secret') checkPushText(push, TEXT);
  const wanted = await WANTED[object.type](await pushValue(push, call), options);
  tellUnused(object, options, call);
  try {
    await writeWhereNeeded(target.vault, object, wanted, call.signal);
  } catch (error) {
    const state = deletedState(error);
    if (!state) throw error;
    await recoverObject(target, { object, state, signal: call.signal });
    await writeWhereNeeded(target.vault, object, wanted, call.signal);
  }
}

async function writeWhereNeeded(
  vault: VaultClient,
  object: RemoteObject,
  wanted: WantedObject,
  signal: AbortSignal,
): Promise<void> {
  const existing = await ownObject(vault, object, signal);
  if (existing && wanted.isSame(existing)) return;
  const words = inWords(object);
  await vault.call({ action: `write ${words}`, object: words, field: REMOTE_KEY }, signal, (clients) =>
    wanted.write(clients, { name: object.name, existing, signal }),
  );
}

/** Metadata is the same for all types, and a certificate has its own expiry. Upstream drops it without a word. */
function tellUnused({ type }: RemoteObject, options: VaultPushOptions, { logger }: CallContext): void {
  const unused = [
    ...(options.contentType !== undefined && type !== 'secret' ? ['contentType'] : []),
    ...(options.expiresOn && type === 'cert' ? ['expirationDate'] : []),
  ];
  if (unused.length > 0) logger.info({ type, unused }, 'metadata of a push has no effect on objects of this type');
}
