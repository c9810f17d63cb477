import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardProcess, releaseProcess } from './guard.mjs';

/**
 * @typedef {object} Exit how a process ended
 * @property {number | null} code exit code; null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 *
 * @typedef {object} ChildOptions
 * @property {string} name what messages call it
 * @property {string} command absolute path, or a name to be found on PATH
 * @property {readonly string[]} args
 * @property {string} logFile file that its standard output and error are appended to
 * @property {NodeJS.ProcessEnv} [env] its whole environment; default: this process's
 * @property {string} [cwd]
 */

/** A server process: it writes to a log file, leads a process group of its own, and never outlives this process. */
export class Child {
  /** Settles when the process has ended. @type {Promise<Exit>} */
  exited;
  /** Process number. @type {number} */
  pid;
  /** How it ended; undefined while it runs. @type {Exit | undefined} */
  exit;
  #options;

  /**
   * Starts the process.
   * @param {ChildOptions} options
   * @throws when the command does not exist or may not be executed
   */
  static async start(options) {
    const log = openSync(options.logFile, 'a', 0o600);
    try {
      const child = spawn(options.command, options.args, {
        env: options.env ?? process.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        stdio: ['ignore', log, log],
        detached: true,
      });
      await new Promise((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (cause) =>
          reject(new Error(`${options.name} cannot be started: ${cause.message}`, { cause })),
        );
      });
      return new Child(options, child);
    } finally {
      closeSync(log);
    }
  }

  /**
   * @param {ChildOptions} options
   * @param {import('node:child_process').ChildProcess} child a process that has been spawned
   */
  constructor(options, child) {
    this.#options = options;
    this.pid = child.pid ?? 0;
    guardProcess(this.pid);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.exit = { code, signal };
        releaseProcess(this.pid);
        resolve(this.exit);
      });
    });
  }

  /**
   * Sends a signal to the process and whatever it started itself.
   * @param {NodeJS.Signals} signal
   */
  signal(signal) {
    if (this.exit) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // Gone between the check and the call.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  }

  /**
   * Ends the process: SIGTERM, then SIGKILL for what is left.
   * @param {number} graceMs time it has to end by itself, milliseconds
   */
  async stop(graceMs = 10_000) {
    const timer = new AbortController();
    this.signal('SIGTERM');
    this.signal('SIGCONT'); // one that a test has frozen would not see it
    const late = sleep(graceMs, undefined, { signal: timer.signal }).then(
      () => this.signal('SIGKILL'),
      () => undefined,
    );
    const exit = await this.exited;
    timer.abort();
    await late;
    return exit;
  }

  /**
   * Last lines of its log, for error messages.
   * @param {number} count
   */
  lastLines(count = 20) {
    return lastLines(this.#options.logFile, count);
  }

  /** One sentence on how it ended, with the end of its log. */
  describeExit() {
    const { code = null, signal = null } = this.exit ?? {};
    const how = signal ? `was ended by ${signal}` : `exited with code ${String(code)}`;
    return `${this.#options.name} ${how}; its log ${this.#options.logFile} ends with:\n${this.lastLines()}`;
  }
}

/**
 * The end of a log; nothing when it is not there yet, because the process has not been started.
 * @param {string} file
 * @param {number} count
 */
export function lastLines(file, count) {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
