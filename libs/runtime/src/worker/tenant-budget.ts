import type { Clock } from '../clock.ts';

/** The token bucket that each tenant has, in whatever unit is spent. */
export interface TenantBudgetOptions {
  /** What a tenant that was quiet may use at once. */
  readonly capacity: number;
  /** What it may use for each second after that. */
  readonly perSecond: number;
  readonly clock: Clock;
}

interface Account {
  readonly left: number;
  readonly atMs: number;
}

/** How many tenants may be known before those that owe nothing are forgotten. */
const MAX_ACCOUNTS = 10_000;

/** How much of something each tenant may use (a token bucket for each). What is used is known only afterwards. */
export class TenantBudget {
  readonly #options: TenantBudgetOptions;
  readonly #accounts = new Map<string, Account>();

  constructor(options: TenantBudgetOptions) {
    this.#options = options;
  }

  /** Whether the tenant may use more now. */
  hasLeft(tenant: string): boolean {
    return this.#left(tenant) > 0;
  }

  /** Takes what was used. */
  take(tenant: string, amount: number): void {
    const left = this.#left(tenant) - amount;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#forget();
    this.#accounts.set(tenant, { left, atMs: this.#options.clock.monotonic() });
  }

  #left(tenant: string): number {
    const { capacity, perSecond, clock } = this.#options;
    const account = this.#accounts.get(tenant);
    if (!account) return capacity;
    return Math.min(capacity, account.left + ((clock.monotonic() - account.atMs) / 1_000) * perSecond);
  }

  #forget(): void {
    for (const tenant of this.#accounts.keys())
      if (this.#left(tenant) >= this.#options.capacity) this.#accounts.delete(tenant);
  }
}
