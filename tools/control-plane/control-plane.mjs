// A real etcd and kube-apiserver on loopback: RBAC on, real certificates, data in a temporary directory, and nothing
// left of it when this process ends.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApiClient } from './api-client.mjs';
import { startApiServerProcess, waitUntilReady } from './api-server.mjs';
import { ensureBinaries } from './binaries.mjs';
import { ensureCredentials, kubeconfig } from './credentials.mjs';
import { startEtcd } from './etcd.mjs';
import { temporaryDirectory } from './guard.mjs';
import { freePort } from './ports.mjs';

/** Somebody else took a port between the look and the start: try again with others. */
const START_ATTEMPTS = 3;

/**
 * @typedef {object} ControlPlaneOptions
 * @property {string} [dir] where keys, data and logs go; default: a temporary directory, removed at the end
 * @property {(text: string) => void} [progress] told what is slow
 * @property {boolean} [audit] write `audit.log` (JSON lines, metadata only) into `dir`; default false
 * @property {readonly string[]} [apiServerFlags] more flags for kube-apiserver
 * @property {AbortSignal} [signal] gives up the start
 *
 * @typedef {object} ControlPlaneState what another process needs to use the control plane: the content of `stateFile`
 * @property {string} url
 * @property {string} dir
 * @property {string} caFile PEM
 * @property {string} adminKubeconfig path
 * @property {string} adminCert path of the administrator's client certificate, PEM
 * @property {string} adminKey path of its key, PEM
 * @property {string} kubectl path of the kubectl binary
 * @property {string} stateFile path of a JSON file with exactly these fields
 * @property {{ url: string, caFile: string }} [podApi] where pods are told that the API server is, for a test that puts
 *   something between; default: where it is
 */

/** @implements {ControlPlaneState} */
export class ControlPlane {
  url;
  dir;
  caFile;
  adminKubeconfig;
  adminCert;
  adminKey;
  kubectl;
  stateFile;
  /** Client with the administrator's rights. */
  client;
  #etcd;
  #apiServer;
  #startApiServer;

  /**
   * @param {ControlPlaneState} state
   * @param {ApiClient} client
   * @param {import('./child.mjs').Child} etcd
   * @param {import('./child.mjs').Child} apiServer
   * @param {() => Promise<import('./child.mjs').Child>} start
   */
  constructor(state, client, etcd, apiServer, start) {
    this.url = state.url;
    this.dir = state.dir;
    this.caFile = state.caFile;
    this.adminKubeconfig = state.adminKubeconfig;
    this.adminCert = state.adminCert;
    this.adminKey = state.adminKey;
    this.kubectl = state.kubectl;
    this.stateFile = state.stateFile;
    this.client = client;
    this.#etcd = etcd;
    this.#apiServer = apiServer;
    this.#startApiServer = start;
  }

  /** Process numbers, for a test that stops one (SIGSTOP) or measures it. */
  get pids() {
    return { etcd: this.#etcd.pid, apiServer: this.#apiServer.pid };
  }

  /**
   * Ends the API server without a word to its clients, and waits until it is gone. The data stays.
   * @param {NodeJS.Signals} [signal]
   */
  async killApiServer(signal = 'SIGKILL') {
    this.#apiServer.signal(signal);
    await this.#apiServer.exited;
  }

  /** Starts the API server again on the same port, and waits until it is ready. */
  async startApiServer() {
    if (!this.#apiServer.exit) throw new Error('kube-apiserver is running already');
    this.#apiServer = await this.#startApiServer();
    await waitUntilReady({ client: this.client, processes: [this.#etcd, this.#apiServer] });
  }

  /** Ends both processes. A graceful end of the API server takes long and serves nobody here. */
  async stop() {
    this.client.close();
    this.#apiServer.signal('SIGKILL');
    this.#etcd.signal('SIGKILL');
    await Promise.all([this.#apiServer.exited, this.#etcd.exited]);
  }
}

/**
 * Starts a control plane and waits until it is ready (about 4 s once the binaries are there).
 * @param {ControlPlaneOptions} [options]
 * @returns {Promise<ControlPlane>}
 * @throws when a binary cannot be had, or a server does not start: the message says which, and quotes its log
 */
export async function startControlPlane(options = {}) {
  const { progress = () => undefined, audit = false, apiServerFlags = [], signal } = options;
  const binaries = await ensureBinaries({ progress });
  const dir = options.dir ? resolve(options.dir) : temporaryDirectory('eso-control-plane-');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const credentials = ensureCredentials(dir);
  for (let attempt = 1; ; attempt++) {
    const etcd = await startEtcd({ binary: binaries.etcd, dir });
    const port = await freePort();
    const start = () =>
      startApiServerProcess({
        binary: binaries.kubeApiserver,
        dir,
        port,
        etcdUrl: etcd.url,
        credentials,
        audit,
        flags: apiServerFlags,
      });
    const apiServer = await start();
    const state = writeState(dir, `https://127.0.0.1:${port}`, credentials, binaries.kubectl);
    const client = new ApiClient({
      url: state.url,
      caFile: credentials.caFile,
      certFile: credentials.adminCert,
      keyFile: credentials.adminKey,
    });
    const controlPlane = new ControlPlane(state, client, etcd.child, apiServer, start);
    try {
      await waitUntilReady({ client, processes: [etcd.child, apiServer], ...(signal ? { signal } : {}) });
      return controlPlane;
    } catch (error) {
      await controlPlane.stop();
      const portTaken = String(error).includes('address already in use');
      if (!portTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/**
 * @param {string} dir
 * @param {string} url
 * @param {import('./credentials.mjs').CredentialFiles} credentials
 * @param {string} kubectl
 * @returns {ControlPlaneState}
 */
function writeState(dir, url, credentials, kubectl) {
  /** @param {string} path */
  const base64 = (path) => readFileSync(path).toString('base64');
  const state = {
    url,
    dir,
    caFile: credentials.caFile,
    adminKubeconfig: join(dir, 'admin.kubeconfig'),
    adminCert: credentials.adminCert,
    adminKey: credentials.adminKey,
    kubectl,
    stateFile: join(dir, 'state.json'),
  };
  const user = {
    'client-certificate-data': base64(credentials.adminCert),
    'client-key-data': base64(credentials.adminKey),
  };
  const ca = readFileSync(credentials.caFile, 'utf8');
  writeFileSync(state.adminKubeconfig, kubeconfig({ url, ca, userName: 'admin', user }), { mode: 0o600 });
  writeFileSync(state.stateFile, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  return state;
}
