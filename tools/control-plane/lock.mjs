import { open, stat, unlink, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often, milliseconds. */
const HEARTBEAT_MS = 2_000;
/** A lock that nobody has touched for this long belonged to a process that is gone. */
const STALE_MS = 15_000;
const RETRY_MS = 200;

/**
 * Takes the lock, waiting for whoever has it. It saves two processes from the same work; nothing may break when both do it
 * all the same, which a stopped and resumed holder can cause.
 * @param {string} path file that exists while somebody has the lock
 * @param {() => void} onWait called once when there is something to wait for
 * @returns {Promise<() => Promise<void>>} gives the lock back
 */
export async function acquireLock(path, onWait) {
  for (let waited = false; !(await tryCreate(path)); waited = true) {
    if (!waited) onWait();
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0, // given back in this moment
    );
    if (age > STALE_MS) await unlink(path).catch(() => undefined);
    else await sleep(RETRY_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined); // removed by hand: the work goes on
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await unlink(path).catch(() => undefined);
  };
}

/**
 * @param {string} path
 * @returns {Promise<boolean>} false when it exists
 */
async function tryCreate(path) {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}
