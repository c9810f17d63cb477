import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { loadConnection } from '@eso/kube';

/** Which API server, and as whom. */
export interface BareClientOptions {
  /** Path of a kubeconfig that may do what is asked. */
  readonly kubeconfig: string;
  /** PEM file of the CA of the API server. */
  readonly caFile: string;
}

/**
 * Writes over one HTTP/2 connection and reads of an answer only whether it is a success: what creates the objects of a measurement takes as
 * little as can be of the cores on which it is measured. The one of floor.ts stays as it is.
 */
export class BareClient {
  readonly #session: ClientHttp2Session;
  readonly #headers: OutgoingHttpHeaders;

  private constructor(session: ClientHttp2Session, headers: OutgoingHttpHeaders) {
    this.#session = session;
    this.#headers = headers;
    session.setMaxListeners(0);
  }

  /** Connects at the first request. */
  static async open({ kubeconfig, caFile }: BareClientOptions): Promise<BareClient> {
    const connection = await loadConnection({ kubeconfig });
    const { cert, key } = await connection.tls();
    const session = connect(connection.server, { ca: readFileSync(caFile), ...(cert && key ? { cert, key } : {}) });
    const authorization = await connection.authorization();
    return new BareClient(session, authorization === undefined ? {} : { authorization });
  }

  /** @param path of the collection @throws Error with the answer, where it is no success */
  post(path: string, body: object): Promise<void> {
    const headers = { ...this.#headers, ':method': 'POST', ':path': path, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const stream = this.#session.request(headers);
      const refusal: Buffer[] = [];
      let status = 0;
      stream.on('response', (answer) => (status = Number(answer[':status'])));
      stream.on('data', (chunk: Buffer) => {
        if (status >= 300) refusal.push(chunk);
      });
      stream.on('error', reject);
      stream.on('end', () => {
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`POST ${path}: ${status} ${Buffer.concat(refusal).toString().slice(0, 300)}`));
      });
      stream.end(Buffer.from(JSON.stringify(body)));
    });
  }

  close(): void {
    this.#session.close();
  }
}
