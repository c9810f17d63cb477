import type { KubeClient } from '@eso/kube';
import { type Clock, listenMetrics, type Logger, type Registry } from '@eso/runtime';
import type { CoreFlags } from '../flags.ts';
import { MetricsAccess } from './access.ts';
import { MetricsCertificate } from './metrics-certificate.ts';
import { selfSignedCertificate } from './self-signed.ts';

/** What the metrics are served with. */
export interface MetricsServerOptions {
  readonly flags: CoreFlags;
  /** Asked about tokens, where they are asked for. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Ends what the API server is asked. */
  readonly signal: AbortSignal;
}

/**
 * Serves core's metrics as the flags say: plain or over TLS, to all or to whom Kubernetes lets. Returns what ends it.
 * @throws RuntimeError LISTEN_FAILED, or INVALID_FLAG for a certificate that cannot be used
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<() => Promise<void>> {
  const { flags, client, clock, registry, logger, signal } = options;
  const { 'metrics-secure': secure, 'metrics-auth': auth, 'metrics-cert-dir': dir } = flags;
  const names = { cert: flags['metrics-cert-name'], key: flags['metrics-key-name'] };
  const files = secure && dir !== '' ? new MetricsCertificate({ dir, ...names, clock, logger }) : undefined;
  const tls = secure ? ((await files?.read()) ?? selfSignedCertificate(clock.now())) : undefined;
  const access = auth ? new MetricsAccess({ client, clock, signal }) : undefined;
  const listener = await listenMetrics({
    address: flags['metrics-addr'],
    registry,
    logger,
    tls,
    admit: access && ((request) => access.judge(request)),
  });
  files?.watch((certificate) => listener.setCertificate(certificate));
  return async () => {
    files?.close();
    access?.close();
    await listener.close();
  };
}
