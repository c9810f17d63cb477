import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets, providers } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { errorText } from '@eso/runtime';
import {
  applyHostile,
  eventually,
  type HostileEntry,
  hostileObjects,
  Installation,
  ownControlPlane,
  providerAddress,
  removeHostile,
  runHostileProvider,
} from '@eso/testing';
import { step } from '../setup.mjs';
import { GuiltyConditions } from './guilty-conditions.ts';
import type { HostileReport, HostileResult } from './hostile-report.ts';
import { percentile } from './percentile.ts';
import { RefreshGaps } from './refresh-gaps.ts';
import { lossesBetween, stability } from './stability.ts';

const ATTACKER = 'attacker';
const NEIGHBOUR = 'neighbour';
/** ExternalSecrets of the neighbour: each gives about one gap a second. */
const NEIGHBOURS = 6;
const INTERVAL = '1s';
/** Calm: for so long no refresh of the neighbour was later than this. Milliseconds. */
const CALM_MS = 2_000;
const CALM_GAP_MS = 1_500;
const CALM_WITHIN_MS = 120_000;
/** How long an attack may need until its objects say what is wrong, beyond the time in which gaps are measured. Milliseconds. */
const VERDICT_WITHIN_MS = 20_000;

export interface HostileOptions {
  readonly entries: readonly HostileEntry[];
  /** How long the neighbour is watched in each run. */
  readonly seconds: number;
  /** ExternalSecrets of each entry, all alike. */
  readonly copies: number;
}

/** One tenant attacks with each entry in turn: how much later do the refreshes of another one come? */
export async function hostile({ entries, seconds, copies }: HostileOptions): Promise<HostileReport> {
  step('control plane and installation start');
  const { cluster } = await ownControlPlane();
  let stopProvider = (): Promise<void> => Promise.resolve();
  try {
    const installation = await Installation.start({
      cluster,
      tenants: [ATTACKER, NEIGHBOUR],
      providers: { fake: {} },
      progress: step,
    });
    const client = cluster.client();
    const hostileProvider = await runHostileProvider(cluster, installation);
    stopProvider = () => hostileProvider.stop();
    await cluster.apply(neighbourStore());
    await eventually(async () => {
      const { status } = await client.get(providers, { namespace: NEIGHBOUR, name: 'fake' });
      if (status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True')
        throw new Error('the Provider of the neighbour is not ready');
    });
    await createNeighbours(client);
    const gaps = await RefreshGaps.watch(client, NEIGHBOUR);
    await calm(gaps);
    // Without attack for twice as long: everything else is compared with it.
    step(`${2 * seconds} s without attack`);
    gaps.restart();
    await sleep(2 * seconds * 1_000);
    const quiet = { p99GapMs: percentile(gaps.all(), 99), gaps: gaps.all().length };
    const results: HostileResult[] = [];
    for (const entry of entries) {
      step(`${entry.name}: ${entry.attack}`);
      const run = { client, installation, gaps, quietMs: quiet.p99GapMs, seconds, copies };
      const result = await attack(entry, run).catch((error: unknown) => failedRun(entry, error));
      step(`${entry.name}: ${result.p99GapMs.toFixed(0)} ms, ${result.guilty}`);
      results.push(result);
    }
    gaps.stop();
    return { scenario: 'hostile', seconds, copies, quiet, entries: results };
  } finally {
    await stopProvider();
    await cluster.stop();
  }
}

interface AttackRun {
  readonly client: KubeClient;
  readonly installation: Installation;
  readonly gaps: RefreshGaps;
  readonly quietMs: number;
  readonly seconds: number;
  readonly copies: number;
}

async function attack(entry: HostileEntry, run: AttackRun): Promise<HostileResult> {
  const { client, installation, gaps, quietMs, seconds, copies } = run;
  const objects = hostileObjects(entry, { namespace: ATTACKER, copies, refreshInterval: INTERVAL });
  const before = await stability(client, installation);
  const conditions = await GuiltyConditions.watch(client, ATTACKER);
  try {
    gaps.restart();
    const rejection = await applyHostile(client, objects);
    await sleep(seconds * 1_000);
    const measured = gaps.all();
    const verdict = await settledVerdict(() => conditions.verdict(entry.expected, rejection));
    const p99GapMs = percentile(measured, 99);
    return {
      entry: entry.name,
      p99GapMs,
      gaps: measured.length,
      ratio: p99GapMs / quietMs,
      ...verdict,
      ...lossesBetween(before, await stability(client, installation)),
      said: conditions.said,
    };
  } finally {
    conditions.stop();
    await removeHostile(client, objects);
    await calm(gaps);
  }
}

/** One attack that could not be made is told as what it is, and the others go on. */
function failedRun({ name }: HostileEntry, error: unknown): HostileResult {
  const said = [errorText(error)];
  const nothing = { p99GapMs: 0, gaps: 0, ratio: 0, leadershipsLost: 0, processesEnded: 0 };
  return { entry: name, ...nothing, guilty: 'not tried', asExpected: false, said };
}

async function settledVerdict<T extends { readonly asExpected: boolean }>(look: () => T): Promise<T> {
  const deadline = performance.now() + VERDICT_WITHIN_MS;
  for (;;) {
    const verdict = look();
    if (verdict.asExpected || performance.now() > deadline) return verdict;
    await sleep(100);
  }
}

/** Waits until the neighbour is refreshed as if nobody attacked. Goes on when that does not come: the next run tells. */
async function calm(gaps: RefreshGaps): Promise<void> {
  const deadline = performance.now() + CALM_WITHIN_MS;
  gaps.restart();
  let since = performance.now();
  while (performance.now() - since < CALM_MS && performance.now() < deadline) {
    await sleep(100);
    if (gaps.longestOpenMs > CALM_GAP_MS) since = performance.now();
  }
}

function neighbourStore(): string {
  return `apiVersion: provider.external-secrets.io/v2alpha1
kind: Fake
metadata: { name: fake, namespace: ${NEIGHBOUR} }
spec: { data: [{ key: doc, value: '{"password":"p"}' }] }
---
apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: fake, namespace: ${NEIGHBOUR} }
spec:
  address: ${providerAddress('fake')}
  providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: fake }
`;
}

/** Plain ones, and some that use a property and an expression as the attacks do. */
async function createNeighbours(client: KubeClient): Promise<void> {
  for (let index = 0; index < NEIGHBOURS; index++) {
    await client.create(externalSecrets, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: `neighbour-${index}`, namespace: NEIGHBOUR },
      spec: {
        refreshInterval: INTERVAL,
        secretStoreRef: { kind: 'Provider', name: 'fake' },
        ...(index % 2 === 0
          ? { data: [{ secretKey: 'password', remoteRef: { key: 'doc', property: 'password' } }] }
          : { dataFrom: [{ find: { name: { regexp: '^d' } }, rewrite: [{ regexp: { source: '^d', target: 'D' } }] }] }),
      },
    });
  }
  await eventually(async () => {
    const { items } = await client.list(externalSecrets, { namespace: NEIGHBOUR });
    const waiting = items.filter(
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True',
    );
    if (waiting.length > 0) throw new Error(`${waiting.length} ExternalSecrets of the neighbour are not Ready`);
  });
}
