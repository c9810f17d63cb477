// Does for one process what a kubelet would do for a pod: token, Secrets as directories, ports, restarts. No product
// code knows of it.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api-client.mjs';
import { temporaryDirectory } from './guard.mjs';
import { Pod } from './pod.mjs';
import { freePort } from './ports.mjs';

/**
 * @typedef {import('./pod-spec.mjs').PodSpec} PodSpec
 * @typedef {import('./pod.mjs').PodState} PodState
 * @typedef {import('./pod-spec.mjs').ApiServerAddress} ApiServerAddress
 *
 * @typedef {object} KubeletOptions
 * @property {import('./control-plane.mjs').ControlPlaneState} controlPlane
 * @property {string} [dir] where the pods' directories go; default: a temporary directory, removed at the end
 * @property {(text: string) => void} [log] told of restarts and of what it waits for; default: nobody
 */

export class LocalKubelet {
  /** Where the pods' directories are. */
  dir;
  #options;
  #client;
  /** @type {Map<string, Pod>} */
  #pods = new Map();

  /** @param {KubeletOptions} options */
  constructor(options) {
    this.#options = options;
    const { url, caFile, adminCert, adminKey } = options.controlPlane;
    this.#client = new ApiClient({ url, caFile, certFile: adminCert, keyFile: adminKey });
    this.dir = options.dir ?? temporaryDirectory('eso-kubelet-');
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
  }

  /** Where pods find the API server unless their spec says otherwise. @returns {import('./pod-spec.mjs').ApiServerAddress} */
  get apiServer() {
    const { controlPlane } = this.#options;
    const { url, caFile } = controlPlane.podApi ?? controlPlane;
    return { url, ca: readFileSync(caFile, 'utf8') };
  }

  /** Pods that have not been stopped. */
  get pods() {
    return [...this.#pods.values()];
  }

  /**
   * Takes on a pod and returns it at once, its ports allotted; `pod.waitUntilRunning()` waits for its start.
   * @param {PodSpec} spec
   * @returns {Promise<Pod>}
   * @throws when a pod of that name is there already
   */
  async run(spec) {
    const key = `${spec.namespace}/${spec.name}`;
    const previous = this.#pods.get(key);
    if (previous && previous.state.kind !== 'Ended') throw new Error(`pod ${key} is there already`);
    /** @type {Record<string, number>} */
    const ports = {};
    for (const name of spec.ports ?? []) ports[name] = await freePort();
    const { log = () => undefined } = this.#options;
    const pod = new Pod(spec, {
      client: this.#client,
      dir: join(this.dir, spec.namespace, spec.name),
      api: spec.apiServer ?? this.apiServer,
      ports,
      log: (text) => log(`${key}: ${text}`),
    });
    this.#pods.set(key, pod);
    return pod;
  }

  /**
   * Ends all pods.
   * @param {{ graceMs?: number }} [options] default 10 s
   */
  async stop(options = {}) {
    await Promise.all(this.pods.map((pod) => pod.stop(options)));
    this.#pods.clear();
    this.#client.close();
  }
}
