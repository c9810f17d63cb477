import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createLogger, createRegistry, ManualClock } from '@eso/runtime';
import { ApiCallCounter } from '../../backends/api-call-metrics.ts';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import type { HttpClientOptions, HttpTls } from '../http-options.ts';

/** The name in the certificates of the TLS lab. */
const SERVER_NAME = 'provider-fake.provider-fake.svc';

/** PEM, as the TLS lab issues it. */
export interface TlsSecretData {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  readonly 'ca.crt': string;
}

/** A real server on 127.0.0.1 and what it saw. */
export interface LocalServer {
  readonly host: string;
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** TCP connections so far. */
  readonly connections: () => number;
  /** TCP connections that are open. */
  readonly open: () => number;
  readonly stop: () => Promise<void>;
}

/** TLS with this key pair, or plain HTTP without one. */
export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: TlsSecretData,
  options: ServerOptions = {},
): Promise<LocalServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
  const server: Server = tls
    ? https.createServer({ key: tls['tls.key'], cert: tls['tls.crt'], ca: tls['ca.crt'], ...options }, listener)
    : createServer(listener);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${tls ? 'https' : 'http'}://${host}`,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A client of the kit on a clock of its own. */
export interface TestClient {
  readonly client: HttpClient;
  readonly clock: ManualClock;
  readonly lifetime: AbortController;
  /** Everything that was logged. */
  readonly log: () => string;
  /** Calls that were counted: `{ ReadSecret: { success: 1 } }`. */
  readonly counts: () => Promise<Record<string, Record<string, number>>>;
}

/** A client whose timeouts pass when the test says so, and that expects the lab's name of a server. */
export function testClient(
  server: { readonly url: string },
  tls: HttpTls | undefined,
  options: HttpClientOptions = {},
): TestClient {
  const clock = new ManualClock();
  const lifetime = new AbortController();
  const registry = createRegistry({ processMetrics: false });
  let lines = '';
  const logger = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } });
  const metrics = new ApiCallCounter(registry).forProvider('Test');
  const client = createHttpClient(
    {
      baseUrl: server.url,
      plainHttp: true,
      proxy: 'none',
      ...(tls && { tls: { serverName: SERVER_NAME, ...tls } }),
      ...options,
    },
    { clock, logger, metrics, lifetime: lifetime.signal },
  );
  return {
    client,
    clock,
    lifetime,
    log: () => lines,
    counts: async () => {
      const counter = registry.getSingleMetric('externalsecret_provider_api_calls_count');
      const result: Record<string, Record<string, number>> = {};
      for (const { labels, value } of (await counter?.get())?.values ?? []) {
        const call = (result[String(labels['call'])] ??= {});
        call[String(labels['status'])] = value;
      }
      return result;
    },
  };
}
