// Ends this process once another is gone, whatever ended that one. For who was started by a program that keeps no hold of its
// children: npm's shell hands no signal on, and Nx gives each task a session of its own.

/** Pause between two looks, milliseconds. */
const PAUSE_MS = 500;

/**
 * From now on this process exits with 1, at most a second after the other has ended. It keeps nobody alive.
 * @param {number} pid of the other
 */
export function endWith(pid) {
  setInterval(() => {
    if (!isAlive(pid)) process.exit(1);
  }, PAUSE_MS).unref();
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
