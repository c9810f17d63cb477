import { request } from 'node:https';
import type { KeyVaultServer } from '../index.ts';

/** An answer. `body` is what stands in `text`, and an empty object where that is no JSON. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What a request has beside its line. */
export interface CallOptions {
  readonly token?: string;
  /** A form, or text as it is. */
  readonly body?: string | Readonly<Record<string, string>>;
}

/** One call to a host of the server, over TLS that verifies the host's name. @throws what the connection does */
export function callHost(
  server: Pick<KeyVaultServer, 'port' | 'ca'>,
  [method, host, path]: readonly [method: string, host: string, path: string],
  { token, body }: CallOptions = {},
): Promise<Reply> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { port, ca } = server;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, ca, servername: host, method, path, headers: { host, ...authorization } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: parsed(text), text }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(typeof body === 'object' ? new URLSearchParams(body).toString() : body);
  });
}

function parsed(text: string): Reply['body'] {
  try {
    return JSON.parse(text) as Reply['body'];
  } catch {
    return {};
  }
}
