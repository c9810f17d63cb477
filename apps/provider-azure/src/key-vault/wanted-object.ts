import type { VaultClients } from './vault-client.ts';
import type { VaultObject } from './vault-object.ts';

/** What an object is written over, and who waits for it. */
export interface WriteContext {
  readonly name: string;
  /** What is there already; undefined: nothing. */
  readonly existing: VaultObject | undefined;
  readonly signal: AbortSignal;
}

/** What a push wants an object to be. */
export interface WantedObject {
  /** Whether it is that already, so that nothing is written. */
  isSame(existing: VaultObject): boolean;
  /** Writes a version. */
  write(clients: VaultClients, context: WriteContext): Promise<unknown>;
}

/** Where a push says which value it writes. */
export const SECRET_KEY = 'match.secretKey';
/** Where a push says what it writes to. */
export const REMOTE_KEY = 'match.remoteRef.remoteKey';
