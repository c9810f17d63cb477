import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which kernels take ports for outgoing connections (32768 on Linux, 49152 on macOS), so that a
// server can come back on its port after a restart.
const FIRST = 20_000;
const LAST = 32_000;

/** Ports handed out by this process already. @type {Set<number>} */
const taken = new Set();

/**
 * Finds a free TCP port on 127.0.0.1. Nothing reserves it: another process may take it before it is used, so whoever
 * starts a server on it has to be ready to try again.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(FIRST, LAST);
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${LAST}`);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
