/** HTTP/2 client sessions over TLS: dialling, liveness, draining, pools. What a request means is left to those who send it. */
export { ConnectTimeout, dial, type DialOptions, type PeerAddress, type TlsCredentials } from './dial.ts';
export { ANSWER_HEADER_BYTES, headerListBytes } from './header-limits.ts';
export { InFlightGate } from './in-flight-gate.ts';
export { DEFAULT_KEEP_ALIVE, type KeepAlive } from './liveness.ts';
export { SessionError, type SessionErrorKind } from './session-error.ts';
export { Http2Session } from './session.ts';
export type { Http2RequestOptions, Http2SessionOptions, SessionEnd, SessionState } from './session-options.ts';
export { SessionPool, type SessionPoolOptions } from './session-pool.ts';
