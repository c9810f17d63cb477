import { type HttpAgents, createHttpAgents, sameTls } from './http-agents.ts';
import { HttpFault } from './http-fault.ts';
import type { HttpTls, ResolvedHttpOptions } from './http-options.ts';

interface Entry {
  readonly tls: HttpTls;
  readonly agents: HttpAgents;
  users: number;
}

/**
 * The connections of one client. When certificates change, later requests get new connections; the old ones are closed when the last
 * request that uses them has ended.
 */
export class RotatingHttpAgents {
  readonly #options: ResolvedHttpOptions;
  #current: Entry | undefined;
  readonly #retired = new Set<Entry>();
  #closed = false;

  constructor(options: ResolvedHttpOptions) {
    this.#options = options;
  }

  /** @throws HttpFault TLS_MATERIAL, CLOSED; what `run` throws. */
  async use<T>(tls: HttpTls, run: (agents: HttpAgents) => Promise<T>): Promise<T> {
    const entry = this.#entry(tls);
    entry.users += 1;
    try {
      return await run(entry.agents);
    } finally {
      entry.users -= 1;
      if (entry.users === 0 && this.#retired.delete(entry)) entry.agents.destroy();
    }
  }

  /** Closes every connection now, those in use among them. */
  close(): void {
    this.#closed = true;
    this.#current?.agents.destroy();
    for (const { agents } of this.#retired) agents.destroy();
    this.#current = undefined;
    this.#retired.clear();
  }

  #entry(tls: HttpTls): Entry {
    if (this.#closed) throw new HttpFault('CLOSED', 'the client is closed');
    const known = this.#current;
    if (known && sameTls(known.tls, tls)) return known;
    const entry = { tls, agents: createHttpAgents(tls, this.#options), users: 0 };
    this.#current = entry;
    if (known?.users === 0) known.agents.destroy();
    else if (known) this.#retired.add(known);
    return entry;
  }
}
