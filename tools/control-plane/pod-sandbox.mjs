// What a kubelet prepares before the first container starts: directories, token, kubeconfig, Secrets.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeconfig } from './credentials.mjs';
import { podEnvironment } from './pod-environment.mjs';
import { SecretVolume } from './secret-volume.mjs';
import { ServiceAccountToken } from './service-account-token.mjs';

/**
 * @typedef {import('./pod-spec.mjs').PodSpec} PodSpec
 *
 * @typedef {object} SandboxOptions
 * @property {import('./api-client.mjs').ApiClient} client
 * @property {string} dir the pod's own directory
 * @property {{ url: string, ca: string }} api where the pod's API server is, and the PEM of its CA
 * @property {Readonly<Record<string, number>>} ports allotted loopback port by name
 * @property {(text: string) => void} log
 */

export class PodSandbox {
  /** The pod's own directory. */
  dir;
  /** Path of a kubeconfig with the rights of the process, for whoever asks KUBECONFIG before anything else. */
  kubeconfig;
  /** Path of what the process writes to standard output and error, over all restarts. */
  logFile;
  /** Directory by volume name. @type {Readonly<Record<string, string>>} */
  volumes;
  /** The process's whole environment. */
  environment;
  /** What has to exist before the process can be started and was not seen yet: all of it at first. @type {Set<string>} */
  waitingFor;
  #spec;
  #options;
  /** @type {Promise<void>[]} */
  #background = [];

  /**
   * @param {PodSpec} spec
   * @param {SandboxOptions} options
   */
  constructor(spec, options) {
    this.#spec = spec;
    this.#options = options;
    this.dir = options.dir;
    this.kubeconfig = join(this.dir, 'kubeconfig');
    this.logFile = join(this.dir, 'log');
    const server = new URL(options.api.url);
    const names = Object.keys(spec.volumes ?? {});
    this.volumes = Object.fromEntries(names.map((name) => [name, join(this.dir, 'volumes', name)]));
    const required = Object.values(spec.volumes ?? {}).filter(({ optional }) => optional !== true);
    this.waitingFor = new Set([accountOf(spec), ...required.map(secretOf)]);
    this.environment = podEnvironment({
      base: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: this.dir,
        KUBECONFIG: this.kubeconfig,
        POD_NAME: spec.name,
        POD_NAMESPACE: spec.namespace,
        POD_SERVICE_ACCOUNT_DIR: join(this.dir, 'serviceaccount'),
        KUBERNETES_SERVICE_HOST: server.hostname,
        KUBERNETES_SERVICE_PORT: server.port,
      },
      ports: options.ports,
      volumes: this.volumes,
      own: spec.env ?? {},
    });
  }

  /**
   * Resolves when the process can be started. Until `signal` aborts, the token and the volumes stay fresh.
   * @param {AbortSignal} signal
   */
  async prepare(signal) {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    await writeFile(this.logFile, '', { flag: 'a', mode: 0o600 });
    const volumes = this.#volumes();
    this.#background.push(...volumes.map((volume) => volume.follow(signal)));
    await Promise.race([rejectOnAbort(signal), this.#allThere(volumes, signal)]);
  }

  /** Resolves when nothing goes on any more after an abort. */
  async settled() {
    await Promise.all(this.#background);
  }

  /**
   * @param {readonly SecretVolume[]} volumes
   * @param {AbortSignal} signal
   */
  async #allThere(volumes, signal) {
    const { namespace, serviceAccount, tokenSeconds = 600 } = this.#spec;
    const mount = join(this.dir, 'serviceaccount');
    const tokenFile = join(mount, 'token');
    await this.#writeAccount(mount, tokenFile);
    const token = new ServiceAccountToken({
      client: this.#options.client,
      namespace,
      serviceAccount,
      file: tokenFile,
      expirationSeconds: tokenSeconds,
      log: this.#options.log,
    });
    const renewMs = await token.renew(signal);
    this.waitingFor.delete(accountOf(this.#spec));
    this.#background.push(token.keepFresh(renewMs, signal));
    await Promise.all(volumes.map((volume) => this.#mounted(volume)));
  }

  /**
   * What a pod finds of its ServiceAccount, except the token.
   * @param {string} mount
   * @param {string} tokenFile
   */
  async #writeAccount(mount, tokenFile) {
    const { namespace, serviceAccount } = this.#spec;
    const { url, ca } = this.#options.api;
    const userName = `system:serviceaccount:${namespace}:${serviceAccount}`;
    await mkdir(mount, { recursive: true, mode: 0o700 });
    await writeFile(join(mount, 'ca.crt'), ca);
    await writeFile(join(mount, 'namespace'), namespace);
    const config = kubeconfig({ url, ca, userName, user: { tokenFile }, namespace });
    await writeFile(this.kubeconfig, config, { mode: 0o600 });
  }

  #volumes() {
    return Object.entries(this.#spec.volumes ?? {}).map(
      ([name, { secret, optional = false, mode = 0o400 }]) =>
        new SecretVolume({
          client: this.#options.client,
          namespace: this.#spec.namespace,
          secretName: secret,
          dir: this.volumes[name] ?? '',
          mode,
          optional,
          log: this.#options.log,
        }),
    );
  }

  /** @param {SecretVolume} volume */
  async #mounted(volume) {
    await volume.mounted;
    this.waitingFor.delete(secretOf({ secret: volume.secretName }));
  }
}

/** @param {PodSpec} spec */
const accountOf = ({ serviceAccount }) => `ServiceAccount ${serviceAccount}`;

/** @param {{ secret: string }} volume */
const secretOf = ({ secret }) => `Secret ${secret}`;

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function rejectOnAbort(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the pod is being stopped')), { once: true });
  });
}
