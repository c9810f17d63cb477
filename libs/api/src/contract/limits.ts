import { regexpLimits } from '@eso/runtime';

const MIB = 1024 * 1024;

/** Sizes and times both ends of the contract agree on. Defaults; what may be configured says so. */
export const limits = {
  /** Largest request message a provider reads, bytes. Configurable. */
  requestBytes: 4 * MIB,
  /** Largest response message, bytes, refused by the provider and by core alike. Configurable up to the cap below. */
  responseBytes: 4 * MIB,
  /** No configuration raises a message limit above this, bytes: both ends hold a message in memory several times. */
  messageBytesCap: 64 * MIB,
  /** Most keys in one answer of GetSecretMap or GetAllSecrets. Configurable. */
  responseKeys: 10_000,
  /** No configuration raises the limit of keys above this: each costs both ends some microseconds, however short it is. */
  responseKeysCap: 100_000,
  /** Longest key in such an answer that core reads, bytes; a Secret's own may have 253. */
  responseKeyBytes: 4_096,
  /** Longest text of one field that core sends (a remote key, a property, a path, a tag), bytes. */
  requestFieldBytes: 16 * 1024,
  /** Most references in one BatchGet. */
  batchRefs: 1_000,
  /** Watches that a provider serves at once. Configurable. */
  watches: 64,
  /** Largest state of a generator, bytes of JSON: core keeps it in an object of the cluster. */
  generatorStateBytes: 64 * 1024,
  /** Longest public text of an error, bytes of UTF-8. */
  errorTextBytes: 512,
  /** Longest quotation within one, bytes of UTF-8, quotes included: what stands before it is ours, and is never cut for it. */
  quotedTextBytes: 256,
  /** Longest find.name.regexp, bytes: RE2 is linear in the text, but its program grows with the expression. */
  regexpBytes: regexpLimits.bytes,
  /** Calls one connection may have in flight at a provider. Configurable. */
  concurrentStreams: 256,
  /** Connections of accepted clients that a provider holds at once; the oldest one without a call gives its place to a new one. */
  connections: 512,
  /** Whole budget of a unary call, retries included, milliseconds. Configurable. */
  callDeadlineMs: 30_000,
  /**
   * Longest a provider works on one unary call, milliseconds, whatever deadline the caller sends; above core's own so that
   * core's shorter one decides. Configurable.
   */
  serverDeadlineMs: 60_000,
  /** Budget of a health check, milliseconds. */
  healthDeadlineMs: 5_000,
} as const;
