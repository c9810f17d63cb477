import { ByteSemaphore, type Release } from './byte-semaphore.ts';

const MIB = 1024 * 1024;
/** Answers of one connection that are written and not yet read by the client. */
const CONNECTION_BYTES = 32 * MIB;
/** Connections that may fill theirs before the others have to wait. */
const CONNECTIONS = 3;

/** Bytes of answers that one connection may have under way; an answer of the largest size that is allowed always fits. */
export function connectionResponseBytes(responseBytes: number): number {
  return Math.max(CONNECTION_BYTES, responseBytes);
}

/**
 * Makes answers wait for their turn, so that as many as are announced can be asked for at once and their bytes are bounded all the same:
 * an answer is serialised when there is room for it, on its connection and in the process.
 */
export class ResponseSemaphore {
  readonly #process: ByteSemaphore;
  readonly #connection: ByteSemaphore;

  private constructor(process: ByteSemaphore, connection: ByteSemaphore) {
    this.#process = process;
    this.#connection = connection;
  }

  /** @returns what makes the room of one more connection of this process */
  static ofProcess(responseBytes: number): () => ResponseSemaphore {
    const bytes = connectionResponseBytes(responseBytes);
    const process = new ByteSemaphore(CONNECTIONS * bytes);
    return () => new ResponseSemaphore(process, new ByteSemaphore(bytes));
  }

  /**
   * Takes room for an answer.
   * @throws the signal's reason
   */
  acquire(bytes: number, signal: AbortSignal): Release | Promise<Release> {
    const connection = this.#connection.acquire(bytes, signal);
    if (typeof connection === 'function') {
      const process = this.#process.acquire(bytes, signal);
      if (typeof process === 'function') return both(connection, process);
      return this.#join(connection, process);
    }
    return this.#wait(connection, bytes, signal);
  }

  async #wait(connection: Promise<Release>, bytes: number, signal: AbortSignal): Promise<Release> {
    return this.#join(await connection, this.#process.acquire(bytes, signal));
  }

  async #join(connection: Release, process: Release | Promise<Release>): Promise<Release> {
    try {
      return both(connection, await process);
    } catch (error) {
      connection();
      throw error;
    }
  }
}

function both(first: Release, second: Release): Release {
  return () => {
    first();
    second();
  };
}
