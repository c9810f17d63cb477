// A few calls to the Kubernetes API with Node's https alone, for what runs before and beside the product: it must not
// use the product's own client, whose faults it is there to show.
import { readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';

/** Longest wait for the answer to one request, milliseconds. */
const TIMEOUT_MS = 30_000;

/** The API server's refusal of a request. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status
   * @param {string} message the API server's own words
   */
  constructor(status, message) {
    super(`${status}: ${message}`);
    this.name = 'ApiError';
    this.status = status;
  }
}

/**
 * @typedef {object} ApiAccess
 * @property {string} url `https://127.0.0.1:PORT`
 * @property {string} caFile PEM file with the CA of the serving certificate
 * @property {string} certFile client certificate, PEM
 * @property {string} keyFile its key, PEM
 *
 * @typedef {object} WatchEvent
 * @property {string} type
 * @property {Record<string, unknown>} object
 */

export class ApiClient {
  #access;
  #agent;

  /** @param {ApiAccess} access */
  constructor(access) {
    this.#access = access;
    this.#agent = new Agent({
      keepAlive: true,
      ca: readFileSync(access.caFile),
      cert: readFileSync(access.certFile),
      key: readFileSync(access.keyFile),
    });
  }

  /**
   * Sends one request and returns its decoded JSON body; text that is not JSON is returned as it is.
   * @param {string} method
   * @param {string} path
   * @param {{ body?: unknown, contentType?: string, signal?: AbortSignal }} [options]
   * @returns {Promise<unknown>}
   * @throws {ApiError} for any status but 2xx
   */
  async request(method, path, options = {}) {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const response = await this.#send(method, path, options, signal);
    const text = await readText(response);
    return response.headers['content-type']?.includes('json') ? parse(text) : text;
  }

  /**
   * Follows a watch until the server ends it, yielding its events.
   * @param {string} path path and query of a list, with `watch=1` in it
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<WatchEvent>}
   * @throws {ApiError} for any status but 2xx, and for an ERROR event
   */
  async *watch(path, signal) {
    const response = await this.#send('GET', path, {}, signal);
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = /** @type {WatchEvent} */ (parse(line));
        if (event.type === 'ERROR') throw new ApiError(Number(event.object['code']), String(event.object['message']));
        yield event;
      }
    }
  }

  /** Closes idle connections. */
  close() {
    this.#agent.destroy();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: unknown, contentType?: string }} options
   * @param {AbortSignal} signal
   * @returns {Promise<import('node:http').IncomingMessage>}
   */
  async #send(method, path, { body, contentType = 'application/json' }, signal) {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    /** @type {import('node:http').IncomingMessage} */
    const response = await new Promise((resolve, reject) => {
      const request = httpsRequest(new URL(path, this.#access.url), {
        method,
        agent: this.#agent,
        signal,
        headers: {
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }),
        },
      });
      request.once('response', resolve);
      request.once('error', (error) => reject(signal.aborted ? /** @type {Error} */ (signal.reason) : error));
      request.end(payload);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const text = await readText(response);
    throw new ApiError(status, messageOf(text));
  }
}

/** @param {import('node:http').IncomingMessage} response */
async function readText(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** @param {string} text body of a failed request: a Status object, or plain text */
function messageOf(text) {
  try {
    return /** @type {{ message?: string }} */ (parse(text)).message ?? text;
  } catch {
    return text.trim();
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  return JSON.parse(text);
}
