import { type OpenContext, ProviderError } from '@eso/api/server';
import { checkManaged, currentObject } from './current-object.ts';
import { inWords, type RemoteObject } from './remote-key.ts';
import type { VaultClient, VaultClients } from './vault-client.ts';
import { isAbsent, tagsOf } from './vault-object.ts';
import { REMOTE_KEY } from './wanted-object.ts';

/** Where a push writes, and how it waits. */
export interface RecoverTarget {
  readonly vault: VaultClient;
  readonly clock: OpenContext<unknown>['clock'];
}

/** What the name of an object is taken by that is not there. */
export type DeletedState = 'deleted' | 'recovering';

/** A deleted object, and how long its recovery may take. */
export interface RecoverOptions {
  readonly object: RemoteObject;
  readonly state: DeletedState;
  readonly signal: AbortSignal;
}

/** Pauses between looks at an object that is being recovered, milliseconds: 16 s in all, of the 30 s that core waits. */
const PAUSES_MS: readonly number[] = [500, 1_000, 1_500, 2_000, 2_500, 2_500, 3_000, 3_000];

/** What a refused write says about who has the name; undefined for every other failure. */
export function deletedState(error: unknown): DeletedState | undefined {
  if (!(error instanceof ProviderError) || error.code !== 'CONFLICT') return undefined;
  const [, reason] = error.backend?.code?.split('/') ?? [];
  if (reason === 'ObjectIsDeletedButRecoverable') return 'deleted';
  return reason === 'ObjectIsBeingRecovered' ? 'recovering' : undefined;
}

/**
 * Brings a deleted object back, with its versions, if it has the mark of this operator, and waits until it is there.
 * @throws ProviderError ALREADY_EXISTS for one of somebody else; CONFLICT, which is retried, where it takes longer.
 */
export async function recoverObject(
  { vault, clock }: RecoverTarget,
  { object, state, signal }: RecoverOptions,
): Promise<void> {
  if (state === 'deleted') await startRecovery(vault, object, signal);
  for (const pauseMs of [0, ...PAUSES_MS]) {
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    if (await currentObject(vault, object, signal)) return;
  }
  throw new ProviderError('CONFLICT', `${inWords(object)} was deleted and is still being recovered`, {
    field: REMOTE_KEY,
    nextStep: 'nothing: the push is repeated',
  });
}

async function startRecovery(vault: VaultClient, object: RemoteObject, signal: AbortSignal): Promise<void> {
  const { name, type } = object;
  const words = `deleted ${inWords(object)}`;
  const call = (action: string) => ({ action: `${action} ${words}`, object: words, field: REMOTE_KEY });
  const options = { abortSignal: signal };
  let tags: ReadonlyMap<string, string>;
  try {
    tags = await vault.call(call('get'), signal, async (clients) =>
      tagsOf((await READ_DELETED[type](clients, name, options)).properties),
    );
  } catch (error) {
    throw isAbsent(error) ? takenByAnother(object, error) : error;
  }
  checkManaged(object, tags, 'deleted ');
  await vault.call(call('recover'), signal, (clients) => RECOVER[type](clients, name, options));
}

/** A certificate has the names of a secret and of a key as well. */
function takenByAnother(object: RemoteObject, cause: unknown): ProviderError {
  return new ProviderError(
    'ALREADY_EXISTS',
    `the name of ${inWords(object)} is taken by a deleted object of another type`,
    {
      field: REMOTE_KEY,
      nextStep: 'choose another remote key, or purge what has the name',
      cause,
    },
  );
}

type Options = { readonly abortSignal: AbortSignal };

const READ_DELETED = {
  secret: ({ secrets }: VaultClients, name: string, options: Options) => secrets.getDeletedSecret(name, options),
  key: ({ keys }: VaultClients, name: string, options: Options) => keys.getDeletedKey(name, options),
  cert: ({ certificates }: VaultClients, name: string, options: Options) =>
    certificates.getDeletedCertificate(name, options),
};

const RECOVER = {
  secret: ({ secrets }: VaultClients, name: string, options: Options): Promise<unknown> =>
    secrets.beginRecoverDeletedSecret(name, options),
  key: ({ keys }: VaultClients, name: string, options: Options): Promise<unknown> =>
    keys.beginRecoverDeletedKey(name, options),
  cert: ({ certificates }: VaultClients, name: string, options: Options): Promise<unknown> =>
    certificates.beginRecoverDeletedCertificate(name, options),
};
