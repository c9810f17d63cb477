/**
 * The client's side of the `hop` scenario: reads a number of calls in flight from each line of its standard input, makes the calls, and
 * prints one line of JSON. All go over the connections of one client, which ends with its input.
 */
import { createInterface } from 'node:readline';
import { CertificateDirectory } from '@eso/api/tls';
import { ProviderConnections } from '@eso/client';
import { silentLogger } from '@eso/runtime';
import { forEachConcurrently } from './concurrency.ts';
import { cpuSeconds, peakRssMiB } from './processes.ts';

export interface HopClientOptions {
  /** Directory of core's client certificate. */
  readonly certificates: string;
  /** Service of the provider, and its namespace: `provider-fake`. */
  readonly service: string;
  /** Port of the provider on this machine. */
  readonly port: number;
  readonly serverPid: number;
  /** Config object and store; the tenant is the namespace. */
  readonly providerRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  /** Kind of the store: `Provider`. */
  readonly storeKind: string;
  readonly store: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly key: string;
  /** Calls per number in flight; a tenth as many go before, uncounted. */
  readonly calls: number;
}

/** What was measured with so many calls in flight. */
export interface HopLevel {
  readonly inFlight: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** CPU time per call on either side, milliseconds. */
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
  /** Most memory so far on either side, MiB. */
  readonly clientPeakRssMiB: number;
  readonly serverPeakRssMiB: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as HopClientOptions;
const certificates = await CertificateDirectory.open({ dir: options.certificates, logger: silentLogger });
const connections = new ProviderConnections({ certificates });
const client = connections.client({
  id: `${options.service}/${options.service}:8080`,
  serverName: `${options.service}.${options.service}.svc`,
  addresses: [{ host: '127.0.0.1', port: options.port }],
});
const { signal } = new AbortController();
const { namespace, name, uid } = options.store;
const providerRef = {
  ...options.providerRef,
  namespace,
  storeRefKind: options.storeKind,
  requesterNamespace: namespace,
  storeName: name,
  storeUid: uid,
  storeGeneration: 1n,
};

async function call(): Promise<number> {
  const started = performance.now();
  const remoteRef = { key: options.key };
  await client.getSecret({ remoteRef, providerRef, sourceNamespace: namespace }, { signal });
  return performance.now() - started;
}

async function measure(inFlight: number): Promise<HopLevel> {
  const { calls, serverPid } = options;
  await forEachConcurrently(Math.ceil(calls / 10), inFlight, async () => {
    await call();
  });
  const latencies: number[] = [];
  const before = { client: cpuSeconds(process.pid), server: cpuSeconds(serverPid), at: performance.now() };
  await forEachConcurrently(calls, inFlight, async () => {
    latencies.push(await call());
  });
  const seconds = (performance.now() - before.at) / 1_000;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): number => latencies[Math.ceil(share * latencies.length) - 1] ?? 0;
  return {
    inFlight,
    calls,
    callsPerSecond: calls / seconds,
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    clientCpuMs: ((cpuSeconds(process.pid) - before.client) * 1_000) / calls,
    serverCpuMs: ((cpuSeconds(serverPid) - before.server) * 1_000) / calls,
    clientPeakRssMiB: peakRssMiB(process.pid),
    serverPeakRssMiB: peakRssMiB(serverPid),
  };
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await measure(Number(line))));
await connections.close();
certificates.close();
