import type { DialOptions } from './dial.ts';
import type { KeepAlive } from './liveness.ts';

/**
 * What a session is at:
 * - `connecting`: TCP and TLS
 * - `negotiating`: TLS stands, the peer has not said a word on it
 * - `open`: it takes streams
 * - `draining`: it takes no more, because the peer or this side said so; those under way finish
 * - `closed`: nothing comes or goes any more, or is about to end; streams on it are lost
 */
export type SessionState = 'connecting' | 'negotiating' | 'open' | 'draining' | 'closed';

/** How a session ended. */
export interface SessionEnd {
  /** How far it had come. */
  readonly reached: 'connecting' | 'negotiating' | 'open';
  /** It was closed because nobody used it. */
  readonly idle: boolean;
  /** It was ended here, on purpose. */
  readonly closedLocally: boolean;
  /** Nothing answered a ping. */
  readonly pingTimedOut: boolean;
  /** Why it failed; undefined when it ended in peace. */
  readonly error: Error | undefined;
}

/** How to open a session. */
export interface Http2SessionOptions extends DialOptions {
  /** Ends the session as long as it is not open. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
  /** How long the peer's first word may take after the handshake, milliseconds. Default 10,000. */
  readonly settingsTimeoutMs?: number;
  /** When its peer is asked for a sign of life. Default {@link DEFAULT_KEEP_ALIVE}. */
  readonly keepAlive?: KeepAlive;
  /** A session without streams is closed after this, milliseconds. Default: never. */
  readonly idleTimeoutMs?: number;
  /** Bytes the peer may send ahead on all streams together: 64 KiB to 2^31 - 1. Default 8 MiB. */
  readonly windowBytes?: number;
  /** What Node may buffer for the session, MiB; it refuses streams beyond. Default 10. */
  readonly memoryMiB?: number;
  /** Called once when the peer has said its first word. */
  readonly onOpen?: () => void;
  /** Called once when the connection has ended, or never came about. */
  readonly onEnd?: (end: SessionEnd) => void;
}

/** How to open a stream. */
export interface Http2RequestOptions {
  /** Whether the request has no body. Default false. */
  readonly endStream?: boolean;
  /** On whose behalf: groups take turns where the peer takes fewer streams than are wanted. Default: one group. */
  readonly group?: string;
  /** Ends the waiting for a stream, not the stream. */
  readonly signal?: AbortSignal | undefined;
}
