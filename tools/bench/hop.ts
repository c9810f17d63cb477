import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { providers } from '@eso/api/resources';
import { Installation, ownControlPlane } from '@eso/testing';
import { root, step } from '../setup.mjs';
import { createFakeStore, FAKE, FAKE_STORE } from './fake-store.ts';
import type { FloodKind, FloodOptions, FloodTotals } from './flood.ts';
import type { HopClientOptions, HopLevel } from './hop-client.ts';

const TENANT = 'bench';
const KEY = 'key';
/** Bytes of the value that each call fetches. */
const VALUE_BYTES = 100;
/** Calls in flight of the honest client beside a flood. */
const BESIDE_IN_FLIGHT = 16;

export interface HopOptions {
  /** Calls per number in flight. */
  readonly calls: number;
  readonly inFlight: readonly number[];
  /** What goes on beside the calls; with a flood they are made at 16 in flight: alone, beside it, and alone again. */
  readonly beside: FloodKind | 'none';
}

/** Figures of one run. */
export interface HopReport {
  readonly scenario: 'hop';
  readonly levels: readonly HopLevel[];
  /** Only with a flood. */
  readonly beside?: BesideFlood;
}

/** The same calls of the same client, without and with a flood. */
export interface BesideFlood {
  readonly flood: FloodKind;
  readonly alone: HopLevel;
  readonly beside: HopLevel;
  /** Once the flood is over. */
  readonly after: HopLevel;
  /** p95 beside the flood, in p95 alone. */
  readonly p95Ratio: number;
  readonly totals: FloodTotals;
}

/** Calls from core's client to provider-fake, one value each, with that many in flight: what one hop of the wire takes. */
export async function hop({ calls, inFlight, beside }: HopOptions): Promise<HopReport> {
  step('control plane and installation start');
  const { cluster } = await ownControlPlane();
  try {
    const setup = { cluster, tenants: [TENANT], providers: { fake: {} }, progress: step };
    const { core, providers: pods } = await Installation.start(setup);
    const { fake } = pods;
    if (!fake?.pid) throw new Error('provider-fake does not run');
    await createFakeStore(cluster, TENANT, [{ key: KEY, value: 'x'.repeat(VALUE_BYTES) }]);
    const store = await cluster.client().get(providers, { namespace: TENANT, name: FAKE_STORE });
    const port = fake.ports['grpc'] ?? 0;
    const client = new HopClient({
      calls,
      certificates: core.volumes['certs'] ?? '',
      port,
      serverPid: fake.pid,
      service: 'provider-fake',
      storeKind: 'Provider',
      providerRef: { ...FAKE, name: FAKE_STORE },
      store: { name: FAKE_STORE, namespace: TENANT, uid: store.metadata.uid ?? '' },
      key: KEY,
    });
    try {
      if (beside !== 'none') return await besideFlood(client, beside, port);
      const levels: HopLevel[] = [];
      for (const level of inFlight) levels.push(await client.measure(level));
      return { scenario: 'hop', levels };
    } finally {
      await client.close();
    }
  } finally {
    await cluster.stop();
  }
}

async function besideFlood(client: HopClient, flood: FloodKind, port: number): Promise<HopReport> {
  const alone = await client.measure(BESIDE_IN_FLIGHT);
  const stop = await startFlood({ kind: flood, port, serverName: 'provider-fake.provider-fake.svc' });
  let beside;
  let totals;
  try {
    beside = await client.measure(BESIDE_IN_FLIGHT);
  } finally {
    totals = await stop();
  }
  const after = await client.measure(BESIDE_IN_FLIGHT);
  const p95Ratio = beside.p95Ms / alone.p95Ms;
  return {
    scenario: 'hop',
    levels: [alone, beside, after],
    beside: { flood, alone, beside, after, p95Ratio, totals },
  };
}

type Program = ChildProcessByStdio<Writable, Readable, null>;

/** Runs a program of this folder in a process of its own, so that its CPU time is its own. */
function run(program: string, options: object): Program {
  const file = fileURLToPath(new URL(program, import.meta.url));
  return spawn(process.execPath, ['--conditions=@eso/source', file, JSON.stringify(options)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Lines of a program, one at a time. */
function linesOf(program: Program, what: string): () => Promise<string> {
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return async () => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`${what} ended with exit code ${String(program.exitCode)}`);
    return next.value;
  };
}

/** Ends a program by the end of its input. */
async function end(program: Program): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const exit = once(program, 'exit');
  program.stdin.end();
  await exit;
}

/** Calls of core's client, in a process of their own. */
export class HopClient {
  readonly #program: Program;
  readonly #line: () => Promise<string>;

  constructor(options: HopClientOptions) {
    this.#program = run('./hop-client.ts', options);
    this.#line = linesOf(this.#program, 'the client');
  }

  /** @throws Error when the client has ended */
  async measure(inFlight: number): Promise<HopLevel> {
    this.#program.stdin.write(`${inFlight}\n`);
    const level = JSON.parse(await this.#line()) as HopLevel;
    step(`${level.inFlight} in flight: ${level.callsPerSecond.toFixed(0)} calls/s`);
    return level;
  }

  async close(): Promise<void> {
    await end(this.#program);
  }
}

/** Resolves when all places of the flood were taken once. @returns what ends it */
async function startFlood(options: FloodOptions): Promise<() => Promise<FloodTotals>> {
  step(`flood starts: ${options.kind}`);
  const program = run('./flood.ts', options);
  const line = linesOf(program, 'the flood');
  await line();
  return async () => {
    program.stdin.end();
    const totals = JSON.parse(await line()) as FloodTotals;
    await end(program);
    return totals;
  };
}
