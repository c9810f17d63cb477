import type { Socket } from 'node:net';
import { type Clock, ConnectionLimiter } from '@eso/runtime';

/**
 * How far a connection has come:
 * - `silent`: no finished handshake yet
 * - `refused`: its client is not accepted, and may ask once what is wrong
 * - `accepted`: it is the client's that this process serves
 */
export type ConnectionPhase = 'silent' | 'refused' | 'accepted';

/** A connection whose client was verified. */
export interface VerifiedConnection {
  /** Destroys it, whatever its peer does. */
  readonly destroy: () => void;
  /** Whether calls are under way; one without is the first that goes when there is no room. */
  readonly busy: (busy: boolean) => void;
}

/** How many connections there may be, and who is told of them. */
export interface ConnectionsOptions {
  readonly clock: Clock;
  /** Most connections of accepted clients. */
  readonly accepted: number;
  /** Told when the number of connections whose client was verified changes. */
  readonly onCount: (count: number) => void;
  /** Told about each connection that had to go: its time was over, or another one took its place. */
  readonly onEvicted: (why: 'timeout' | 'room', phase: ConnectionPhase) => void;
}

/** Handshakes of a busy machine take some hundred milliseconds. */
export const HANDSHAKE_MS = 5_000;
/** A refused client gets this long to ask something and to read why it is refused. */
export const REFUSED_MS = 3_000;
const MOST_SILENT = 256;
const MOST_REFUSED = 32;

interface Known {
  readonly socket: Socket;
  readonly id: string;
  phase: ConnectionPhase;
  cancel: () => void;
}

/**
 * Every open connection, in rooms of their own by how far it has come: whoever is not accepted can take the room of others that are
 * not accepted, and of nobody else. Those get a short life, and its end is the end of the socket, whether the peer closes or not.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #rooms: Readonly<Record<ConnectionPhase, ConnectionLimiter<Socket>>>;
  readonly #known = new Map<string, Known>();
  readonly #whenEmpty = new Set<() => void>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#rooms = {
      silent: new ConnectionLimiter(MOST_SILENT),
      refused: new ConnectionLimiter(MOST_REFUSED),
      accepted: new ConnectionLimiter(options.accepted),
    };
  }

  /** Connections of this phase that are open. */
  count(phase: ConnectionPhase): number {
    return this.#rooms[phase].size;
  }

  /** Takes in a connection that was just opened. */
  opened(socket: Socket): void {
    const id = idOf(socket);
    // It is gone already.
    if (id === undefined) {
      socket.destroy();
      return;
    }
    const known: Known = { socket, id, phase: 'silent', cancel: () => undefined };
    this.#known.set(id, known);
    socket.once('close', () => this.#closed(known));
    this.#admit(known, 'silent');
  }

  /**
   * Takes note that its client was verified.
   * @param tls what runs on the connection
   * @returns undefined when it is gone already
   */
  verified(tls: Socket, phase: Exclude<ConnectionPhase, 'silent'>): VerifiedConnection | undefined {
    const known = this.#known.get(idOf(tls) ?? '');
    if (!known || known.socket.destroyed) return undefined;
    known.cancel();
    this.#rooms[known.phase].remove(known.socket);
    known.phase = phase;
    this.#admit(known, phase);
    this.#notifyCount();
    return {
      destroy: () => known.socket.destroy(),
      busy: (busy) => this.#rooms[phase].setBusy(known.socket, busy),
    };
  }

  /** Resolves once no connection is open. */
  whenEmpty(): Promise<void> {
    if (this.#known.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.add(resolve));
  }

  destroyAll(): void {
    for (const { socket } of this.#known.values()) socket.destroy();
  }

  #admit(known: Known, phase: ConnectionPhase): void {
    const victim = this.#rooms[phase].admit(known.socket);
    if (victim) this.#evict(victim, 'room', phase);
    const lifeMs = phase === 'silent' ? HANDSHAKE_MS : phase === 'refused' ? REFUSED_MS : undefined;
    known.cancel =
      lifeMs === undefined
        ? () => undefined
        : this.#options.clock.schedule(lifeMs, () => this.#evict(known.socket, 'timeout', phase));
  }

  #evict(socket: Socket, why: 'timeout' | 'room', phase: ConnectionPhase): void {
    this.#options.onEvicted(why, phase);
    socket.destroy();
  }

  #closed(known: Known): void {
    known.cancel();
    this.#known.delete(known.id);
    this.#rooms[known.phase].remove(known.socket);
    this.#notifyCount();
    if (this.#known.size > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty.clear();
  }

  #notifyCount(): void {
    this.#options.onCount(this.count('accepted') + this.count('refused'));
  }
}

/** TLS has a socket of its own, which has the addresses of the one below it and nothing else of it. */
function idOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  return remotePort === undefined
    ? undefined
    : `${remoteAddress ?? ''} ${remotePort} ${localAddress ?? ''} ${localPort ?? ''}`;
}
