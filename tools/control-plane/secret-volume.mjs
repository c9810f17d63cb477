import { setTimeout as sleep } from 'node:timers/promises';
import { untilItWorks } from './backoff.mjs';
import { project } from './projection.mjs';

/** Pause before a watch that has ended is opened again, milliseconds. */
const REOPEN_MS = 50;

/**
 * @typedef {object} SecretObject
 * @property {{ resourceVersion: string }} metadata
 * @property {Record<string, string>} [data]
 *
 * @typedef {object} SecretVolumeOptions
 * @property {import('./api-client.mjs').ApiClient} client
 * @property {string} namespace
 * @property {string} secretName
 * @property {string} dir directory that shows the Secret's keys as files
 * @property {number} mode of each file
 * @property {boolean} optional an absent Secret is an empty directory, not something to wait for
 * @property {(text: string) => void} log
 */

/**
 * One Secret as a directory of files, kept up to date. As a kubelet does, it leaves the files alone when the Secret is
 * deleted: the process goes on with what it has.
 */
export class SecretVolume {
  /** Resolves when the files are there for the first time. @type {Promise<void>} */
  mounted;
  secretName;
  #options;
  /** @type {() => void} */
  #markMounted = () => undefined;
  #shown = '';

  /** @param {SecretVolumeOptions} options */
  constructor(options) {
    this.#options = options;
    this.secretName = options.secretName;
    this.mounted = new Promise((resolve) => (this.#markMounted = resolve));
  }

  /**
   * Follows the Secret until `signal` aborts.
   * @param {AbortSignal} signal
   */
  async follow(signal) {
    const { namespace, secretName, log } = this.#options;
    while (!signal.aborted) {
      await untilItWorks(
        () => this.#listAndWatch(signal),
        signal,
        (error) => log(`Secret ${namespace}/${secretName}: ${String(error)}`),
      ).catch((/** @type {unknown} */ error) => {
        if (!signal.aborted) throw error;
      });
      await sleep(REOPEN_MS);
    }
  }

  /** @param {AbortSignal} signal */
  async #listAndWatch(signal) {
    const { client, namespace, secretName, dir, mode, optional } = this.#options;
    const path =
      `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets` +
      `?fieldSelector=${encodeURIComponent(`metadata.name=${secretName}`)}`;
    const list = /** @type {{ metadata: { resourceVersion: string }, items: SecretObject[] }} */ (
      await client.request('GET', path, { signal })
    );
    const [secret] = list.items;
    if (secret) await this.#show(secret);
    else if (optional && this.#shown === '') {
      await project(dir, new Map(), mode);
      this.#markMounted();
    }
    const watch = `${path}&watch=1&timeoutSeconds=300&resourceVersion=${list.metadata.resourceVersion}`;
    for await (const { type, object } of client.watch(watch, signal)) {
      if (type === 'ADDED' || type === 'MODIFIED')
        await this.#show(/** @type {SecretObject} */ (/** @type {unknown} */ (object)));
    }
  }

  /** @param {SecretObject} secret */
  async #show(secret) {
    const { resourceVersion } = secret.metadata;
    if (resourceVersion === this.#shown) return;
    const entries = Object.entries(secret.data ?? {});
    const files = new Map(entries.map(([key, value]) => [key, Buffer.from(value, 'base64')]));
    await project(this.#options.dir, files, this.#options.mode);
    this.#shown = resourceVersion;
    this.#markMounted();
  }
}
