// Ties children to this process: when it ends, in whatever way, they end. A signal handler could not do that (SIGKILL
// has none), and Linux's parent-death signal does not exist on macOS; a shell that waits for the end of a pipe works on both.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @type {import('node:stream').Writable | undefined} */
let guard;

/** @param {string} line */
function send(line) {
  if (!guard) {
    const child = spawn('sh', [fileURLToPath(new URL('guard.sh', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // a Ctrl-C or kill of the whole process group must not reach it
    });
    child.unref();
    const { stdin } = child;
    /** @type {import('node:net').Socket} */ (stdin).unref();
    stdin.on('error', () => undefined); // the guard itself was killed: nothing is left to write to
    guard = stdin;
  }
  guard.write(`${line}\n`);
}

/**
 * From now on the process group led by `pid` ends with this process.
 * @param {number} pid
 */
export const guardProcess = (pid) => send(`add ${pid}`);

/**
 * The process is known to be gone: its number may be used again by somebody else.
 * @param {number} pid
 */
export const releaseProcess = (pid) => send(`drop ${pid}`);

/**
 * Makes a directory, readable by this user alone, that is removed when this process ends.
 * @param {string} prefix start of its name
 */
export function temporaryDirectory(prefix) {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  send(`dir ${dir}`);
  return dir;
}
