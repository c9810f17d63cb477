import type { Socket } from 'node:net';
import type { Clock } from '@eso/runtime';

/** Handshakes that may begin right after each other: those of many peers that come back together, as after a restart. */
const BURST = 64;
/** Handshakes per second from then on. One takes one to two milliseconds of the only thread, so this is a tenth of it at most. */
const PER_SECOND = 50;

type Begin = () => void;

/**
 * Bounds what handshakes take from the calls of those who have theirs behind them. A connection gets its turn once its first bytes are
 * there, so that a silent one costs no TLS at all. Addresses take turns, so that whoever floods waits behind itself; and no two handshakes
 * begin in the same turn of the event loop, so that calls are served in between.
 */
export class HandshakeLimiter {
  readonly #clock: Clock;
  /** In order of arrival, by address; the address whose turn it is stands first. */
  readonly #waiting = new Map<string, Set<Begin>>();
  #tokens = BURST;
  #refilledMs: number;
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#refilledMs = clock.monotonic();
  }

  /** Connections that have said something and wait for their turn. */
  get waiting(): number {
    let count = 0;
    for (const ofAddress of this.#waiting.values()) count += ofAddress.size;
    return count;
  }

  /**
   * Calls `begin` when it is this connection's turn, and never when it closes before. What has come by then is in its buffer, where TLS
   * finds it.
   */
  enqueue(socket: Socket, begin: Begin): void {
    const address = socket.remoteAddress ?? '';
    const leave = (): void => this.#dequeue(address, turn);
    const turn = (): void => {
      socket.off('close', leave);
      begin();
    };
    socket.once('readable', () => {
      // Its end came first.
      if (socket.readableLength === 0) {
        socket.destroy();
        return;
      }
      socket.once('close', leave);
      const ofAddress = this.#waiting.get(address);
      if (ofAddress) ofAddress.add(turn);
      else this.#waiting.set(address, new Set([turn]));
      this.#schedule();
    });
  }

  #dequeue(address: string, turn: Begin): void {
    const ofAddress = this.#waiting.get(address);
    ofAddress?.delete(turn);
    if (ofAddress?.size === 0) this.#waiting.delete(address);
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    const nowMs = this.#clock.monotonic();
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#refilledMs) * PER_SECOND) / 1_000);
    this.#refilledMs = nowMs;
    if (this.#tokens >= 1) setImmediate(this.#admitNext);
    else this.#clock.schedule(Math.ceil(((1 - this.#tokens) * 1_000) / PER_SECOND), this.#refill);
  }

  readonly #refill = (): void => {
    this.#scheduled = false;
    this.#schedule();
  };

  readonly #admitNext = (): void => {
    this.#scheduled = false;
    const [first] = this.#waiting;
    if (!first) return;
    const [address, ofAddress] = first;
    const [turn] = ofAddress;
    this.#waiting.delete(address);
    if (!turn) return;
    ofAddress.delete(turn);
    // Behind all other addresses.
    if (ofAddress.size > 0) this.#waiting.set(address, ofAddress);
    this.#tokens -= 1;
    try {
      turn();
    } finally {
      this.#schedule();
    }
  };
}
