import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { formatAddress, type ListenAddress } from './address.ts';
import { RuntimeError } from './error.ts';
import type { Logger } from './logger.ts';
import { Readiness } from './readiness.ts';
import { errorText } from './text.ts';

/** A running HTTP listener. */
export interface Listener {
  host: string;
  /** The real port, also when 0 was asked for. */
  port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

export interface ProbeOptions {
  address: ListenAddress;
  /** Behind `/livez` and `/healthz`. Default: always passes. */
  live?: Readiness;
  /** Behind `/readyz`. */
  ready: Readiness;
  logger: Logger;
}

/**
 * Serves the kubelet's probes over plain HTTP: `200 ok`, or `503` with one line per failing check; `?verbose` lists all.
 * @throws RuntimeError LISTEN_FAILED
 */
export function listenProbes({ address, live = new Readiness(), ready, logger }: ProbeOptions): Promise<Listener> {
  const probes: Readonly<Record<string, Readiness>> = { '/livez': live, '/healthz': live, '/readyz': ready };
  return listen('probes', address, logger, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://probe');
    const checks = probes[pathname];
    if (!checks) {
      send(response, 404, 'text/plain', 'not found\n');
      return;
    }
    const results = checks.results();
    const failed = results.filter((result) => result.reason !== undefined);
    const lines = (searchParams.has('verbose') ? results : failed).map(({ name, reason }) =>
      reason === undefined ? `[+] ${name} ok` : `[-] ${name}: ${reason}`,
    );
    if (failed.length === 0) lines.push('ok');
    send(response, failed.length === 0 ? 200 : 503, 'text/plain', `${lines.join('\n')}\n`);
  });
}

export interface MetricsOptions {
  address: ListenAddress;
  registry: Registry;
  logger: Logger;
}

/**
 * Serves `/metrics` in Prometheus' text format over plain HTTP.
 * @throws RuntimeError LISTEN_FAILED
 */
export function listenMetrics({ address, registry, logger }: MetricsOptions): Promise<Listener> {
  return listen('metrics', address, logger, (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      send(response, 404, 'text/plain', 'not found\n');
      return;
    }
    registry.metrics().then(
      (text) => send(response, 200, registry.contentType, text),
      (error: unknown) => {
        logger.error({ err: error }, 'collecting metrics failed');
        send(response, 500, 'text/plain', `collecting metrics failed: ${errorText(error)}\n`);
      },
    );
  });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
}

async function listen(
  what: string,
  address: ListenAddress,
  logger: Logger,
  handler: RequestListener,
): Promise<Listener> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const problem = `cannot listen for ${what} on ${formatAddress(address)}: ${errorText(error)}`;
      reject(new RuntimeError('LISTEN_FAILED', problem, { cause: error }));
    });
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  server.on('error', (error) => logger.error({ err: error }, `listener for ${what} failed`));
  const { address: host, port } = server.address() as AddressInfo;
  logger.info({ host, port }, `serving ${what}`);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host, port, close };
}
