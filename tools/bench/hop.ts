import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { providers } from '@eso/api/resources';
import { Installation, ownControlPlane } from '@eso/testing';
import { root, step } from '../setup.mjs';
import { createFakeStore, FAKE, FAKE_STORE } from './fake-store.ts';
import type { HopClientOptions, HopLevel } from './hop-client.ts';

const TENANT = 'bench';
const KEY = 'key';
/** Bytes of the value that each call fetches. */
const VALUE_BYTES = 100;

/** Figures of one run. */
export interface HopReport {
  readonly scenario: 'hop';
  readonly levels: readonly HopLevel[];
}

/** Calls from core's client to provider-fake, one value each, with that many in flight: what one hop of the wire takes. */
export async function hop(options: { calls: number; inFlight: readonly number[] }): Promise<HopReport> {
  step('control plane and installation start');
  const { cluster } = await ownControlPlane();
  try {
    const setup = { cluster, tenants: [TENANT], providers: { fake: {} }, progress: step };
    const { core, providers: pods } = await Installation.start(setup);
    const { fake } = pods;
    if (!fake?.pid) throw new Error('provider-fake does not run');
    await createFakeStore(cluster, TENANT, [{ key: KEY, value: 'x'.repeat(VALUE_BYTES) }]);
    const store = await cluster.client().get(providers, { namespace: TENANT, name: FAKE_STORE });
    const levels = await runClient({
      ...options,
      certificates: core.volumes['certs'] ?? '',
      port: fake.ports['grpc'] ?? 0,
      serverPid: fake.pid,
      providerRef: { ...FAKE, name: FAKE_STORE },
      store: { name: FAKE_STORE, namespace: TENANT, uid: store.metadata.uid ?? '' },
      key: KEY,
    });
    return { scenario: 'hop', levels };
  } finally {
    await cluster.stop();
  }
}

/** Runs the client in a process of its own, so that its CPU time is its own. */
async function runClient(options: HopClientOptions): Promise<HopLevel[]> {
  const program = fileURLToPath(new URL('./hop-client.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@eso/source', program, JSON.stringify(options)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const levels: HopLevel[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const level = JSON.parse(line) as HopLevel;
    step(`${level.inFlight} in flight: ${level.callsPerSecond.toFixed(0)} calls/s`);
    levels.push(level);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the client ended with exit code ${String(code)}`);
  return levels;
}
