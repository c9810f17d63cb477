import type { ServerSessionOptions } from 'node:http2';
import type { ServerLimits } from '../options.ts';
import { connectionResponseBytes } from './response-semaphore.ts';

/** Most bytes of a request's headers, as HTTP/2 counts them; announced. gRPC's own take some hundred. */
const HEADER_BYTES = 16 * 1024;
const HEADER_PAIRS = 64;
/** Calls that a client may give up at once, and per second from then on, before the connection ends (CVE-2023-44487). */
const RESET_RATE = 128;
/** Bookkeeping of one stream, generously. */
const STREAM_BYTES = 16 * 1024;
const MIB = 1024 * 1024;

/** Node's options that its types do not know yet; older versions of Node ignore them. */
interface ServerResetOptions {
  readonly streamResetBurst: number;
  readonly streamResetRate: number;
}

/** What a session of an accepted client may take, so that all that is announced to it can be had, and nothing more. */
export function sessionOptions(limits: ServerLimits): ServerSessionOptions & ServerResetOptions {
  return {
    settings: {
      maxConcurrentStreams: limits.concurrentStreams,
      maxHeaderListSize: HEADER_BYTES,
      // Nobody is pushed to here, and no header is worth remembering that much.
      enablePush: false,
    },
    maxHeaderListPairs: HEADER_PAIRS,
    // Node counts what waits to be sent; above its limit it refuses streams, and then the connection. Answers wait for their turn
    // before they get here (response-semaphore.ts), so that this is never reached by a client that reads what it asked for.
    maxSessionMemory: Math.ceil(
      (2 * connectionResponseBytes(limits.responseBytes) + limits.concurrentStreams * STREAM_BYTES) / MIB,
    ),
    maxSessionRejectedStreams: limits.concurrentStreams,
    streamResetBurst: 2 * limits.concurrentStreams,
    streamResetRate: RESET_RATE,
  };
}
