import type { ListenAddress } from './address.ts';
import { listenHttp } from './http-listener.ts';
import type { HttpListenerOptions, Listener, Page } from './listener-options.ts';
import type { Logger } from './logger.ts';
import { gaugeOf, type Registry } from './metrics.ts';
import { MetricsPage } from './metrics-page.ts';
import { Readiness } from './readiness.ts';

/** Which checks are behind which probe, and where they are served. */
export interface ProbeOptions {
  address: ListenAddress;
  /** Behind `/livez` and `/healthz`. Default: always passes. */
  live?: Readiness;
  /** Behind `/readyz`. */
  ready: Readiness;
  /** Where refused requests are counted, and what the checks say is shown. */
  registry: Registry;
  logger: Logger;
}

/**
 * Serves the kubelet's probes over plain HTTP: `200 ok`, or `503` with one line per failing check; `?verbose` lists all.
 * @throws RuntimeError LISTEN_FAILED
 */
export function listenProbes({ live = new Readiness(), ready, ...options }: ProbeOptions): Promise<Listener> {
  const probes: ReadonlyMap<string, Readiness> = new Map([
    ['/livez', live],
    ['/healthz', live],
    ['/readyz', ready],
  ]);
  serveResults(options.registry, { livez: live, readyz: ready });
  return listenHttp({
    ...options,
    name: 'probes',
    page: ({ path, parameters }) => {
      const checks = probes.get(path);
      return checks && probePage(checks, parameters.has('verbose'));
    },
  });
}

/** What probes say, for those who cannot ask them: by check 1 while it passes, 0 while it fails. Name and labels are Kubernetes' own (KEP-3466). */
function serveResults(registry: Registry, probes: Readonly<Record<'livez' | 'readyz', Readiness>>): void {
  const gauge = gaugeOf(registry, {
    name: 'kubernetes_healthcheck',
    help: 'Result of a health check of this process: 1 while it passes, 0 while it fails',
    labelNames: ['name', 'type'],
    collect: () => {
      for (const [type, checks] of Object.entries(probes)) {
        for (const { name, reason } of checks.results()) gauge.set({ name, type }, reason === undefined ? 1 : 0);
      }
    },
  });
}

function probePage(checks: Readiness, verbose: boolean): Page {
  const results = checks.results();
  const failed = results.filter(({ reason }) => reason !== undefined);
  const lines = (verbose ? results : failed).map(({ name, reason }) =>
    reason === undefined ? `[+] ${name} ok` : `[-] ${name}: ${reason}`,
  );
  if (failed.length === 0) lines.push('ok');
  return { status: failed.length === 0 ? 200 : 503, type: 'text/plain', body: `${lines.join('\n')}\n` };
}

/** Which metrics are served, where, and to whom. */
export interface MetricsOptions extends Pick<HttpListenerOptions, 'address' | 'tls' | 'admit'> {
  registry: Registry;
  logger: Logger;
}

/**
 * Serves `/metrics` in Prometheus' text format, by default over plain HTTP to all.
 * @throws RuntimeError LISTEN_FAILED
 */
export function listenMetrics({ registry, logger, ...options }: MetricsOptions): Promise<Listener> {
  const metrics = new MetricsPage({ registry, logger });
  return listenHttp({
    ...options,
    name: 'metrics',
    registry,
    logger,
    page: ({ path }) => (path === '/metrics' ? metrics.get() : undefined),
  });
}
