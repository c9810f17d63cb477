/** What a connection is told apart by. */
interface Connection {
  /** Address of the other side; undefined once it is gone. */
  readonly remoteAddress?: string | undefined;
}

/**
 * Room for a limited number of connections. When it is full, a new one takes the place of another instead of being turned
 * away: of the peer with the most connections the oldest that has no request under way. A client that opens connections and
 * stays silent then drives out its own, and whoever comes with a request, as a kubelet does, gets in.
 */
export class ConnectionLimiter<C extends Connection> {
  readonly #max: number;
  /** Oldest first. */
  readonly #connections = new Map<C, { readonly peer: string; busy: boolean }>();

  /** @param max connections open at once */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes in a new connection. @returns the one that has to go for it */
  admit(socket: C): C | undefined {
    const victim = this.#connections.size >= this.#max ? this.#evictionCandidate() : undefined;
    if (victim) this.#connections.delete(victim);
    this.#connections.set(socket, { peer: socket.remoteAddress ?? '', busy: false });
    return victim;
  }

  /** A request of this connection is under way, or no longer. */
  setBusy(socket: C, busy: boolean): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.busy = busy;
  }

  remove(socket: C): void {
    this.#connections.delete(socket);
  }

  #evictionCandidate(): C | undefined {
    const counts = new Map<string, number>();
    for (const { peer } of this.#connections.values()) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const ofThatPeer = [...this.#connections].filter(([, { peer }]) => counts.get(peer) === most);
    return (ofThatPeer.find(([, { busy }]) => !busy) ?? ofThatPeer[0])?.[0];
  }
}
