import type { Clock, Logger } from '@eso/runtime';
import type { CredentialCache } from '../credentials/credential-cache.ts';
import type { KindDefinition } from '../define-kind.ts';
import type { ConfigObject } from '../stores/config-reader.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { Account } from './account.ts';
import type { AuthorFaults } from './author-faults.ts';
import type { BackendMetrics } from './backend-metrics.ts';

/** What every account of the process shares. */
export interface AccountsOptions {
  readonly credentials: Pick<CredentialCache, 'reader'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: AuthorFaults;
  readonly metrics: BackendMetrics;
}

/** Accounts without a backend are looked at this often, milliseconds. */
const FORGET_MS = 60_000;
/** Most accounts that are kept for what they remember alone; the oldest is forgotten first. */
const MAX_REMEMBERED = 1_000;

/** The accounts of a process: those with a backend, and those that remember a rejection for the next one. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #accounts = new Map<string, Account>();
  /** Free accounts, by when they became free, with what ends the waiting. */
  readonly #remembered = new Map<string, () => void>();

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#accounts.size;
  }

  find(id: string, generation: number): Account | undefined {
    return this.#accounts.get(keyOf(id, generation));
  }

  /** The account that a backend is opened with; the backend holds it until `release`. */
  hold(
    id: string,
    request: { readonly kind: KindDefinition; readonly config: ConfigObject; readonly credentials: CredentialScope },
  ): Account {
    const key = keyOf(id, request.config.source.generation);
    this.#remembered.get(key)?.();
    this.#remembered.delete(key);
    const account = this.#accounts.get(key) ?? this.#make(request);
    this.#accounts.set(key, account);
    account.hold();
    return account;
  }

  /** A backend of the account has been closed. */
  release(id: string, generation: number): void {
    const key = keyOf(id, generation);
    const account = this.#accounts.get(key);
    account?.release();
    if (account?.isFree) this.#forget(key, account);
  }

  close(): void {
    for (const [key, account] of [...this.#accounts]) this.#drop(key, account);
  }

  #make({ kind, config: { source }, credentials: scope }: Parameters<Accounts['hold']>[1]): Account {
    const { credentials, clock, logger, faults, metrics } = this.#options;
    return new Account({
      credentials: (lifetime) => credentials.reader(scope, lifetime),
      clock,
      logger: logger.child({ kind: kind.kind, config: `${source.namespace}/${source.name}` }),
      faults,
      metrics,
    });
  }

  #forget(key: string, account: Account): void {
    this.#remembered.delete(key);
    if (account.isForgettable) {
      this.#drop(key, account);
      return;
    }
    this.#remembered.set(
      key,
      this.#options.clock.schedule(FORGET_MS, () => this.#forget(key, account)),
    );
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) {
      const old = this.#accounts.get(oldest);
      if (old) this.#drop(oldest, old);
    }
  }

  #drop(key: string, account: Account): void {
    this.#remembered.get(key)?.();
    this.#remembered.delete(key);
    this.#accounts.delete(key);
    account.end();
  }
}

function keyOf(id: string, generation: number): string {
  return `${generation}/${id}`;
}
