/** Which stores use which endpoint, so that the connections of one that nobody uses any more can be closed. */
export class EndpointUse {
  readonly #byStore = new Map<string, string>();
  readonly #users = new Map<string, number>();
  readonly #forget: (endpoint: string) => void;

  /** @param forget called with the id of an endpoint when its last user is gone */
  constructor(forget: (endpoint: string) => void) {
    this.#forget = forget;
  }

  /** Notes that `store` uses `endpoint` from now on, and no other. */
  use(store: string, endpoint: string): void {
    if (this.#byStore.get(store) === endpoint) return;
    this.#users.set(endpoint, (this.#users.get(endpoint) ?? 0) + 1);
    this.release(store);
    this.#byStore.set(store, endpoint);
  }

  /** Notes that `store` uses none. */
  release(store: string): void {
    const endpoint = this.#byStore.get(store);
    if (endpoint === undefined) return;
    this.#byStore.delete(store);
    const users = (this.#users.get(endpoint) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(endpoint, users);
      return;
    }
    this.#users.delete(endpoint);
    this.#forget(endpoint);
  }
}
