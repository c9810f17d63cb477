import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilItWorks } from './backoff.mjs';

/** A kubelet renews at 80 % of a token's life. */
const RENEW_AT = 0.8;

/**
 * @typedef {object} TokenOptions
 * @property {import('./api-client.mjs').ApiClient} client
 * @property {string} namespace
 * @property {string} serviceAccount
 * @property {string} file where the token is written, mode 0400, replaced in one step
 * @property {number} expirationSeconds life of a token; the API server accepts 600 and more
 * @property {(text: string) => void} log
 */

/** A ServiceAccount's token in a file, renewed for as long as the pod lives. */
export class ServiceAccountToken {
  #options;

  /** @param {TokenOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Requests a token and writes it; waits for the ServiceAccount to exist and for the API server to answer.
   * @param {AbortSignal} signal
   * @returns {Promise<number>} milliseconds until it has to be renewed
   */
  renew(signal) {
    const { client, namespace, serviceAccount, file, expirationSeconds, log } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
    return untilItWorks(
      async () => {
        const answer = /** @type {{ status: { token: string, expirationTimestamp: string } }} */ (
          await client.request('POST', path, { body, signal })
        );
        await replace(file, answer.status.token);
        return (Date.parse(answer.status.expirationTimestamp) - Date.now()) * RENEW_AT;
      },
      signal,
      (error) => log(`token of ServiceAccount ${namespace}/${serviceAccount}: ${String(error)}`),
    );
  }

  /**
   * Keeps the token fresh until `signal` aborts.
   * @param {number} firstMs milliseconds until the first renewal
   * @param {AbortSignal} signal
   */
  async keepFresh(firstMs, signal) {
    try {
      for (let ms = firstMs; ; ms = await this.renew(signal)) await sleep(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
async function replace(file, text) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await chmod(`${file}.new`, 0o400);
  await rename(`${file}.new`, file);
}
