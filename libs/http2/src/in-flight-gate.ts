interface Tenant {
  inFlight: number;
  /** In the order in which they came. */
  readonly waiting: Set<() => void>;
}

/**
 * Lets a limited number of calls through at a time. Those that wait take turns by tenant, so that it matters to nobody how many calls
 * somebody else makes; those of one tenant keep the order in which they came.
 */
export class InFlightGate {
  readonly #perTenant: number;
  /** Whose calls are in flight or wait; who comes first has its turn next. */
  readonly #tenants = new Map<string, Tenant>();
  #limit: number;
  #inFlight = 0;
  #waiting = 0;

  /**
   * @param limit calls at a time; 0: none, until the limit is raised
   * @param perTenant calls of one tenant at a time. Calls that hang cannot take the places of all others then.
   */
  constructor(limit: number, perTenant = Infinity) {
    this.#limit = limit;
    this.#perTenant = perTenant;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Another number of calls at a time. Those in flight stay. */
  setLimit(limit: number): void {
    this.#limit = limit;
    while (this.#admitNext());
  }

  /**
   * Takes a place if one is free.
   * @param tenant whose call it is
   * @returns the function that gives the place back, as {@link acquire} does; undefined where a call has to wait.
   */
  tryAcquire(tenant = ''): (() => void) | undefined {
    const own = this.#tenants.get(tenant) ?? { inFlight: 0, waiting: new Set() };
    if (!this.#hasRoom(own)) return undefined;
    this.#tenants.set(tenant, own);
    this.#admit(own);
    return this.#releaseOnce(tenant, own);
  }

  /**
   * Waits for a place.
   * @param tenant whose call it is
   * @returns the function that gives the place back; calling it again does nothing.
   * @throws the signal's reason when it aborts first.
   */
  async acquire(signal?: AbortSignal, tenant = ''): Promise<() => void> {
    signal?.throwIfAborted();
    const own = this.#tenants.get(tenant) ?? { inFlight: 0, waiting: new Set() };
    this.#tenants.set(tenant, own);
    if (this.#hasRoom(own)) this.#admit(own);
    else await this.#wait(tenant, own, signal);
    return this.#releaseOnce(tenant, own);
  }

  #releaseOnce(tenant: string, own: Tenant): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inFlight--;
      own.inFlight--;
      this.#deleteIfIdle(tenant, own);
      this.#admitNext();
    };
  }

  #hasRoom({ inFlight }: Tenant): boolean {
    return this.#inFlight < this.#limit && inFlight < this.#perTenant;
  }

  #admit(tenant: Tenant): void {
    this.#inFlight++;
    tenant.inFlight++;
  }

  #wait(name: string, tenant: Tenant, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        tenant.waiting.delete(admit);
        this.#waiting--;
        this.#deleteIfIdle(name, tenant);
        reject(signal?.reason as Error);
      };
      const admit = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      tenant.waiting.add(admit);
      this.#waiting++;
    });
  }

  /** Hands a place that is free to the tenant whose turn it is; whether there was somebody to take it. */
  #admitNext(): boolean {
    if (this.#waiting === 0) return false;
    for (const [name, tenant] of this.#tenants) {
      const [next] = tenant.waiting;
      if (!next || !this.#hasRoom(tenant)) continue;
      tenant.waiting.delete(next);
      this.#waiting--;
      this.#admit(tenant);
      // Whoever had a turn has the next one after all others.
      this.#tenants.delete(name);
      this.#tenants.set(name, tenant);
      next();
      return true;
    }
    return false;
  }

  #deleteIfIdle(name: string, { inFlight, waiting }: Tenant): void {
    if (inFlight === 0 && waiting.size === 0) this.#tenants.delete(name);
  }
}
