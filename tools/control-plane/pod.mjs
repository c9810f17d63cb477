import { setTimeout as sleep } from 'node:timers/promises';
import { Child, lastLines } from './child.mjs';
import { expand } from './pod-environment.mjs';
import { PodSandbox } from './pod-sandbox.mjs';

/** A kubelet waits 10 s before the first restart and up to 5 min; tests have less patience. */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 10_000;
/** A process that ran this long has its restart delay reset. */
const STABLE_MS = 10_000;

/**
 * @typedef {import('./pod-spec.mjs').PodSpec} PodSpec
 *
 * @typedef {{ kind: 'ContainerCreating' }
 *   | { kind: 'Running', pid: number }
 *   | { kind: 'CrashLoopBackOff', exit: import('./child.mjs').Exit }
 *   | { kind: 'Ended', exit: import('./child.mjs').Exit | undefined }} PodState
 *
 * @typedef {object} WaitOptions
 * @property {number} [timeoutMs] default 60 s
 * @property {AbortSignal} [signal]
 */

/** One process run as a pod. */
export class Pod {
  namespace;
  name;
  /** Its own directory. */
  dir;
  /** Loopback port by name. */
  ports;
  /** Directory by volume name. */
  volumes;
  /** Path of the kubeconfig it is given. */
  kubeconfig;
  /** Path of what it has written to standard output and error, over all restarts. */
  logFile;
  /** How often it has been started again. */
  restarts = 0;
  /** @type {PodState} */
  state = { kind: 'ContainerCreating' };
  #spec;
  #sandbox;
  #log;
  #stop = new AbortController();
  /** @type {Child | undefined} */
  #child;
  /** @type {Promise<void>} */
  #lifecycle;

  /**
   * @param {PodSpec} spec
   * @param {import('./pod-sandbox.mjs').SandboxOptions} options
   */
  constructor(spec, options) {
    this.#spec = spec;
    this.#log = options.log;
    this.#sandbox = new PodSandbox(spec, options);
    this.namespace = spec.namespace;
    this.name = spec.name;
    this.ports = options.ports;
    this.dir = this.#sandbox.dir;
    this.volumes = this.#sandbox.volumes;
    this.kubeconfig = this.#sandbox.kubeconfig;
    this.logFile = this.#sandbox.logFile;
    this.#lifecycle = this.#live();
    // What went wrong is kept in the promise for stop() and waitUntilRunning(); nobody else has to look at it.
    this.#lifecycle.catch(() => undefined);
  }

  /** Process number while it runs. */
  get pid() {
    return this.state.kind === 'Running' ? this.state.pid : undefined;
  }

  /**
   * Last lines that it wrote.
   * @param {number} [count]
   */
  lastLines(count = 20) {
    return lastLines(this.logFile, count);
  }

  /**
   * Waits until the process runs: until its Secrets and its ServiceAccount exist, or it is back after a crash.
   * @param {WaitOptions} [options]
   * @throws when it has ended for good, or after the timeout, with what it was waiting for and the end of its log
   */
  waitUntilRunning(options = {}) {
    return this.#waitFor('running', () => this.state.kind === 'Running', options);
  }

  /**
   * Waits until an HTTP GET on one of its ports answers 200, as a readiness probe does.
   * @param {WaitOptions & { port: string, path?: string }} options `path` is `/readyz` unless given
   * @throws as waitUntilRunning does
   */
  waitUntilReady({ port, path = '/readyz', ...options }) {
    const url = `http://127.0.0.1:${String(this.ports[port])}${path}`;
    return this.#waitFor('ready', () => answersOk(url), options);
  }

  /**
   * Sends a signal to the process. With restart policy Always it comes back after an end.
   * @param {NodeJS.Signals} [signal]
   */
  kill(signal = 'SIGKILL') {
    this.#child?.signal(signal);
  }

  /**
   * Ends the pod for good: SIGTERM, and SIGKILL after the grace period.
   * @param {{ graceMs?: number }} [options] default 10 s
   */
  async stop({ graceMs = 10_000 } = {}) {
    this.#stop.abort(new Error(`pod ${this.namespace}/${this.name} is being stopped`));
    const exit = await this.#child?.stop(graceMs);
    await this.#lifecycle.catch(() => undefined);
    this.state = { kind: 'Ended', exit };
  }

  /**
   * @param {string} what
   * @param {() => boolean | Promise<boolean>} condition
   * @param {WaitOptions} options
   */
  async #waitFor(what, condition, { timeoutMs = 60_000, signal }) {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (this.state.kind === 'Ended') await this.#lifecycle;
      if (this.state.kind === 'Ended' || Date.now() > deadline) {
        const missing = [...this.#sandbox.waitingFor].join(', ');
        const waiting = missing === '' ? '' : `, waiting for ${missing}`;
        throw new Error(
          `pod ${this.namespace}/${this.name} is not ${what} but ${this.state.kind}${waiting}; its log ends with:\n` +
            this.lastLines(),
        );
      }
      await sleep(20, undefined, signal ? { signal } : {});
    }
  }

  async #live() {
    const { signal } = this.#stop;
    try {
      await this.#sandbox.prepare(signal);
      await this.#runAgainAndAgain();
    } catch (error) {
      if (!signal.aborted) {
        this.state = { kind: 'Ended', exit: this.#child?.exit };
        throw error;
      }
    } finally {
      this.#stop.abort();
      await this.#sandbox.settled();
    }
  }

  async #runAgainAndAgain() {
    const { signal } = this.#stop;
    const [command, ...args] = this.#spec.command.map((text) => expand(text, this.#sandbox.environment));
    for (let backoff = BACKOFF_FIRST_MS; ; this.restarts++) {
      signal.throwIfAborted();
      const startedAt = Date.now();
      this.#child = await Child.start({
        name: `pod ${this.namespace}/${this.name}`,
        command: command ?? '',
        args,
        env: this.#sandbox.environment,
        cwd: this.dir,
        logFile: this.logFile,
      });
      if (signal.aborted) await this.#child.stop();
      this.state = { kind: 'Running', pid: this.#child.pid };
      const exit = await this.#child.exited;
      signal.throwIfAborted();
      if (this.#spec.restartPolicy === 'Never') {
        this.state = { kind: 'Ended', exit };
        return;
      }
      this.state = { kind: 'CrashLoopBackOff', exit };
      this.#log(`exited (code ${String(exit.code)}, signal ${String(exit.signal)}), starts again`);
      backoff = Date.now() - startedAt > STABLE_MS ? BACKOFF_FIRST_MS : backoff;
      await sleep(backoff, undefined, { signal });
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
    }
  }
}

/** @param {string} url */
async function answersOk(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}
