// A client that is not ours (tools/peers/go/client: grpc-go, with the habits of upstream's core) at a provider that is. What a
// provider announces it delivers, all of it at once.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeObject, resourceType } from '@eso/kube';
import { eventually, type GoClientResult, type Pod } from '@eso/testing';
import { type AskedStore, GoCore } from '../support/go-core.ts';
import { providerManifest, System } from '../support/system.ts';

const TENANT = 'go-client';
/** What provider-fake announces. */
const STREAMS = 256;
const SMALL = 100;
const MEGABYTE = 1_000_000;
/** The largest answer that it gives, less than the rest of the message and of the request that pushes the value. */
const LARGEST = 4 * 1024 * 1024 - 1_000;
/** Far below what all answers at once have: 1 GiB. */
const MEMORY_MIB = 512;
/** How long all calls may take on a busy machine, milliseconds. */
const WITHIN_MS = 240_000;

interface Fake extends KubeObject {
  readonly spec: { readonly data: readonly { readonly key: string; readonly value: string }[] };
}
const fakes = resourceType<Fake>('provider.external-secrets.io', 'v2alpha1', 'fakes', 'Fake', 'Namespaced');

const store = (name: string): AskedStore => ({ namespace: TENANT, name });
let system: System;
let core: GoCore;
let provider: Pod;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  core = await GoCore.start(system);
  provider = system.installation.providers['fake']!;
  await applyStore('small', { value: 'x'.repeat(SMALL) });
  await applyStore('megabyte', { value: 'x'.repeat(MEGABYTE) });
}, 600_000);
afterEach(() => expect(provider.restarts).toBe(restarts));
afterAll(async () => {
  await core[Symbol.asyncDispose]();
  await system.stop();
});
/** Restarts of the provider that a test wanted. */
let restarts = 0;

/** A config too large for the annotation that `kubectl apply` keeps, and a Provider. */
async function applyStore(name: string, data: Readonly<Record<string, string>>): Promise<void> {
  await system.admin.create(fakes, {
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Fake',
    metadata: { namespace: TENANT, name },
    spec: { data: Object.entries(data).map(([key, value]) => ({ key, value })) },
  });
  const reference = `{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: ${name} }`;
  await system.apply(providerManifest(TENANT, name, 'fake', reference));
  await system.providerReady(TENANT, name, 'True', 'Valid');
}

/** Peak memory of the provider since its start, MiB. */
async function peakMiB(): Promise<number> {
  const status = await readFile(`/proc/${String(provider.pid)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** Says what came of it, and how much memory the provider took for it. */
async function figures(what: string, result: GoClientResult): Promise<void> {
  const { right, seconds, p50Ms, p95Ms, maxMs, connections } = result;
  process.stderr.write(
    `${what}: ${right} answers in ${seconds.toFixed(1)} s over ${connections} connection(s), p50 ${p50Ms} ms, ` +
      `p95 ${p95Ms} ms, longest ${maxMs} ms; peak memory of the provider ${(await peakMiB()).toFixed(0)} MiB\n`,
  );
}

test.each([
  { what: '600 calls in flight', name: 'small', key: 'value', bytes: SMALL, inFlight: 600, calls: 6_000 },
  {
    what: '256 answers of 1 MB at once',
    name: 'megabyte',
    key: 'value',
    bytes: MEGABYTE,
    inFlight: STREAMS,
    calls: 512,
  },
  { what: '48 answers of 4 MiB at once', name: 'small', key: 'pushed', bytes: LARGEST, inFlight: 48, calls: 96 },
  {
    what: '256 answers of 4 MiB at once',
    name: 'small',
    key: 'pushed',
    bytes: LARGEST,
    inFlight: STREAMS,
    calls: STREAMS,
  },
])('$what: each is right, over one connection', async ({ what, name, key, bytes, inFlight, calls }) => {
  const result = await core.ask(provider, store(name), {
    ask: { key },
    push: key === 'pushed',
    bytes,
    inFlight,
    until: { calls, withinMs: WITHIN_MS },
    deadlineMs: WITHIN_MS,
  });
  await figures(what, result);
  expect(JSON.stringify(result.otherwise)).toBe('{}');
  expect(result.right).toBe(calls);
  expect(result.connections).toBe(1);
  expect(await peakMiB()).toBeLessThan(MEMORY_MIB);
});

test('600 calls in flight while the certificate is renewed and the provider restarts: each is answered right', async () => {
  const asking = core.ask(provider, store('small'), {
    ask: { key: 'value' },
    bytes: SMALL,
    until: { ms: 15_000 },
  });
  const deeds = (async () => {
    await sleep(3_000);
    await core.renewCertificate();
    await sleep(3_000);
    restarts++;
    provider.kill('SIGTERM');
    await eventually(() => expect(provider.restarts).toBe(restarts));
    await provider.waitUntilReady({ port: 'health' });
  })();
  const [result] = await Promise.all([asking, deeds]);
  await figures('renewal and restart', result);
  expect(JSON.stringify(result.otherwise)).toBe('{}');
  expect(result.right).toBeGreaterThan(1_000);
  // The first one, the one with the new certificate, and those to the new process: the first of them may come too early for it.
  expect(result.connections).toBeGreaterThanOrEqual(3);
});

test('pings during a silence are answered: the connection stays', async () => {
  const result = await core.ask(provider, store('small'), {
    ask: { key: 'value' },
    bytes: SMALL,
    inFlight: 1,
    // gRPC in Go pings after ten seconds at the earliest.
    pauseMs: 11_500,
    until: { calls: 2, withinMs: 120_000 },
  });
  expect([result.right, result.otherwise, result.connections]).toEqual([2, {}, 1]);
});
