/** How many passes may follow each other before timers and sockets get the event loop. */
const MAX_PER_TURN = 100;

/**
 * Lets the event loop turn. Passes that find nothing to do, as after a change of the leader, end without having waited
 * for anything but promises: thousands of them in a row would hold up renewals, probes and watches for seconds.
 */
export class EventLoopYield {
  #passes = 0;
  #turn = Promise.resolve();

  /** Resolves at once, or when the loop has turned if enough was done since it last did. */
  async next(): Promise<void> {
    if (this.#passes++ === 0)
      this.#turn = new Promise((resolve) => {
        setImmediate(() => {
          this.#passes = 0;
          resolve();
        });
      });
    if (this.#passes >= MAX_PER_TURN) await this.#turn;
  }
}
