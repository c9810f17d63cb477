/**
 * Vaultbox, a secret service that does not exist, for the guides in docs/: OAuth2 client credentials, names in pages, values in base64.
 *
 *   POST /oauth2/token            grant_type=client_credentials, client_id, client_secret → {access_token, expires_in} or 401
 *   GET  /v1/secrets?after=NAME   {names, next}: at most two names; `next` is absent on the last page
 *   GET  /v1/secrets/NAME         {name, value}; 404 where there is none; 403 below `private/`
 *
 * Everything but the token endpoint wants `Authorization: Bearer …` and answers 401 without a token that is good.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a Vaultbox holds, and who may read it. */
export interface VaultboxOptions {
  /** Directory with its `tls.crt` and `tls.key`. */
  readonly certDir: string;
  /** Client id → client secret. */
  readonly clients: Readonly<Record<string, string>>;
  /** Name → value. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A Vaultbox that runs. */
export interface Vaultbox {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Logins so far. */
  readonly logins: number;
  /** No token that was given out is good any more. */
  revokeTokens(): void;
  /** Answers 429 with `Retry-After: 0` to so many requests. */
  throttle(requests: number): void;
  stop(): Promise<void>;
}

const PAGE = 2;

/** Starts one on 127.0.0.1. */
export async function startVaultbox(options: VaultboxOptions): Promise<Vaultbox> {
  const [cert, key] = ['tls.crt', 'tls.key'].map((name) => readFileSync(join(options.certDir, name)));
  const state = { tokens: new Set<string>(), logins: 0, throttled: 0 };
  const server = createServer({ cert, key }, (request, response) => {
    void answer(options, state, request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(status === 429 && { 'retry-after': '0' }) });
      response.end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get logins() {
      return state.logins;
    },
    revokeTokens: () => state.tokens.clear(),
    throttle: (requests) => {
      state.throttled = requests;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface State {
  readonly tokens: Set<string>;
  logins: number;
  throttled: number;
}

type Answer = readonly [status: number, body: unknown];

async function answer({ clients, secrets }: VaultboxOptions, state: State, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'https://vaultbox');
  if (request.method === 'POST' && url.pathname === '/oauth2/token') {
    const form = new URLSearchParams(await text(request));
    const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    if (form.get('grant_type') !== 'client_credentials') return [400, { error: 'unsupported_grant_type' }];
    if (clients[id] !== secret) return [401, { error: 'invalid_client' }];
    const token = randomUUID();
    state.tokens.add(token);
    state.logins += 1;
    return [200, { access_token: token, token_type: 'Bearer', expires_in: 600 }];
  }
  if (state.throttled > 0) {
    state.throttled -= 1;
    return [429, { error: 'slow_down' }];
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!state.tokens.has(token)) return [401, { error: 'invalid_token' }];
  if (url.pathname === '/v1/secrets') {
    const after = url.searchParams.get('after') ?? '';
    const rest = Object.keys(secrets)
      .sort()
      .filter((name) => name > after);
    const names = rest.slice(0, PAGE);
    return [200, { names, ...(rest.length > PAGE && { next: names.at(-1) }) }];
  }
  const name = decodeURIComponent(/^\/v1\/secrets\/(.+)$/.exec(url.pathname)?.[1] ?? '');
  if (name.startsWith('private/')) return [403, { error: 'forbidden' }];
  const value = secrets[name];
  return value === undefined
    ? [404, { error: 'not_found' }]
    : [200, { name, value: Buffer.from(value).toString('base64') }];
}
