import { startTestProvider, testCertificates, type TestProviderOptions } from '@eso/api/testing';
import type { ConformanceConfigInput } from '../config/config.ts';
import type { Report } from '../report.ts';
import { type ConformanceOptions, runConformance } from '../run-conformance.ts';
import { slowed } from './slowed.ts';

/** A provider, its objects, and what is behind it. */
export interface ConformanceOfOptions
  extends Omit<TestProviderOptions, 'tls' | 'allowUnnamedStores'>, Omit<ConformanceOptions, 'config'> {
  /** Without name of the server and hooks, which come with the provider. */
  readonly config: Omit<ConformanceConfigInput, 'serverName' | 'hooks'>;
  /**
   * Time for which reads of the secret `slow` of the config are held back before they reach the backend, milliseconds.
   * Default 0: it is slow by itself.
   */
  readonly slowMs?: number;
}

/** Time for whoever watches health to be told, before connections are asked to go, milliseconds. */
const DRAIN_DELAY_MS = 200;
/** Longer than any call of the suite. */
const STOP_TIMEOUT_MS = 20_000;

/**
 * Starts the provider over real TLS, checks every rule of the contract, and stops it, which is a rule as well.
 * @throws as `startTestProvider` and `runConformance`
 */
export async function conformanceOf({ config, slowMs = 0, ...options }: ConformanceOfOptions): Promise<Report> {
  const { slow } = config;
  const { only, ruleTimeoutMs, onRule } = options;
  const certificates = await testCertificates();
  try {
    const provider = await startTestProvider({
      drainDelayMs: DRAIN_DELAY_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      ...options,
      definition: slow
        ? slowed(options.definition, { key: slow.key, storeName: slow.store?.storeName, ms: slowMs })
        : options.definition,
      tls: certificates,
      allowUnnamedStores: false,
    });
    try {
      const { host, port } = provider;
      return await runConformance(
        { host, port, certsDir: certificates.clientDir, strangerDir: certificates.strangerDir },
        {
          ...(only && { only }),
          ...(ruleTimeoutMs !== undefined && { ruleTimeoutMs }),
          ...(onRule && { onRule }),
          config: {
            ...config,
            serverName: certificates.serverName,
            hooks: {
              replaceCertificates: async () => {
                await certificates.renew();
                await provider.certificates.refresh();
              },
              stop: () => provider.server.stop(),
            },
          },
        },
      );
    } finally {
      await provider.stop();
    }
  } finally {
    await certificates.remove();
  }
}
