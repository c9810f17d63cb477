import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { KubeClient, leases, loadConnection } from '@eso/kube';
import { createRegistry, ManualClock, parseFlags, Readiness, Registry, silentLogger, systemClock } from '@eso/runtime';
import { eventually, FaultProxy, HalfOpenProxy, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { LEADER_ELECTION_FLAGS, whileLeading } from './leader-election-flags.ts';
import { LeaderElector, type LeaderElectorOptions } from './leader-elector.ts';

let own: OwnControlPlane;
let client: KubeClient;
let namespace: string;
beforeAll(async () => {
  own = await ownControlPlane();
  client = own.cluster.client();
  namespace = await own.cluster.createNamespace('election');
});
const processes: ChildProcess[] = [];
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await own.cluster.stop();
});

/** Short, so that the tests are; the ratio of the three is that of the defaults. */
const TIMES = { leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 400 };
const name = 'external-secrets-controller';

/** A candidate in this process, with what happened to it. */
class Candidate {
  readonly registry: Registry = createRegistry({ processMetrics: false });
  /** The signal of each time in office. */
  readonly terms: AbortSignal[] = [];
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  constructor(
    identity: string,
    options: Partial<LeaderElectorOptions> & { lead?: (s: AbortSignal) => Promise<void> } = {},
  ) {
    const { lead = untilAborted, ...rest } = options;
    const elector = new LeaderElector({
      client,
      namespace,
      name,
      identity,
      logger: silentLogger,
      registry: this.registry,
      ...TIMES,
      ...rest,
    });
    this.ended = elector.run(this.#stop.signal, (signal) => {
      this.terms.push(signal);
      return lead(signal);
    });
    // Each test looks at it; a failure before that must not end the run.
    this.ended.catch(() => undefined);
  }

  get isLeader(): boolean {
    return this.terms.at(-1)?.aborted === false;
  }

  async status(): Promise<number | undefined> {
    return (await this.registry.getSingleMetric('leader_election_master_status')?.get())?.values[0]?.value;
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.ended;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const holder = async (lease = name): Promise<string | undefined> =>
  (await client.get(leases, { namespace, name: lease })).spec?.holderIdentity;

test('one of two leads; the other follows as soon as it stops, without waiting for the lease to run out [6.5.8]', async () => {
  const first = new Candidate('first');
  await eventually(() => expect(first.isLeader).toBe(true));
  const second = new Candidate('second', { leaseDurationMs: 600_000 });
  await systemClock.sleep(TIMES.retryPeriodMs * 3);
  expect(second.terms).toEqual([]);
  expect([await first.status(), await second.status()]).toEqual([1, 0]);
  expect(await first.registry.metrics()).toContain(`leader_election_master_status{name="${name}"} 1`);
  expect(await holder()).toBe('first');

  await first.stop();
  await eventually(() => expect(second.isLeader).toBe(true));
  expect(first.isLeader).toBe(false);
  expect([await first.status(), await second.status()]).toEqual([0, 1]);
  expect((await client.get(leases, { namespace, name })).spec).toMatchObject({
    holderIdentity: 'second',
    leaseTransitions: 1,
  });
  await second.stop();
  expect(await holder()).toBe('');
});

test('when the holder is killed, another takes over once its lease has run out, and not before', async () => {
  const lease = 'killed-holder';
  const victim = await holderProcess(lease);
  const second = new Candidate('second', { name: lease });
  await systemClock.sleep(TIMES.retryPeriodMs * 3);
  expect(second.terms).toEqual([]);

  const renewed = (await client.get(leases, { namespace, name: lease })).spec?.renewTime;
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  await eventually(() => expect(second.isLeader).toBe(true));
  const taken = (await client.get(leases, { namespace, name: lease })).spec;
  // Both processes share this machine's clock: the new one waited out what the old one had promised.
  expect(Date.parse(taken?.acquireTime ?? '') - Date.parse(renewed ?? '')).toBeGreaterThanOrEqual(
    TIMES.leaseDurationMs,
  );
  expect(await holder(lease)).toBe('second');
  await second.stop();
});

test('while the API server is away the leadership ends, and it comes back by itself', async () => {
  const lease = 'outage';
  const candidate = new Candidate('only', { name: lease });
  await eventually(() => expect(candidate.isLeader).toBe(true));
  await own.controlPlane.killApiServer();
  await eventually(() => expect(candidate.isLeader).toBe(false));
  expect(candidate.terms[0]?.reason).toMatchObject({ code: 'LEADERSHIP_LOST', retryable: true });
  expect(await candidate.status()).toBe(0);

  await own.controlPlane.startApiServer();
  await eventually(() => expect(candidate.isLeader).toBe(true));
  expect(candidate.terms).toHaveLength(2);
  await candidate.stop();
});

test('a holder whose lease somebody else took stops at once', async () => {
  const lease = 'stolen';
  const candidate = new Candidate('robbed', { name: lease });
  await eventually(() => expect(candidate.isLeader).toBe(true));
  const spec = { holderIdentity: 'thief', leaseDurationSeconds: 3_600 };
  await client.patch(leases, { namespace, name: lease }, { spec }, { type: 'merge' });
  await eventually(() => expect(candidate.isLeader).toBe(false));
  await candidate.stop();
  expect(await holder(lease)).toBe('thief');
});

test('work that ends by itself gives the lease back; work that fails does, too, and the failure comes out', async () => {
  const lease = 'ends';
  await new Candidate('a', { name: lease, lead: () => Promise.resolve() }).ended;
  expect(await holder(lease)).toBe('');
  const broken = new Candidate('b', { name: lease, lead: () => Promise.reject(new Error('no informer')) });
  await expect(broken.ended).rejects.toThrow('no informer');
  expect(await holder(lease)).toBe('');
});

test('the lease is kept until the work has really ended', async () => {
  const lease = 'slow-end';
  let finish = (): void => undefined;
  const slow = new Candidate('slow', { name: lease, lead: () => new Promise((resolve) => (finish = resolve)) });
  await eventually(() => expect(slow.isLeader).toBe(true));
  const stopped = slow.stop();
  const other = new Candidate('other', { name: lease });
  await systemClock.sleep(TIMES.leaseDurationMs + TIMES.retryPeriodMs * 2);
  expect(other.terms).toEqual([]);
  finish();
  await stopped;
  await eventually(() => expect(other.isLeader).toBe(true));
  await other.stop();
});

test('work that goes on after the leadership was lost ends the election with an error', async () => {
  const clock = new ManualClock();
  const candidate = new Candidate('deaf', { name: 'deaf', clock, lead: () => new Promise(() => undefined) });
  await eventually(() => expect(candidate.isLeader).toBe(true));
  await client.patch(leases, { namespace, name: 'deaf' }, { spec: { holderIdentity: 'thief' } }, { type: 'merge' });
  await eventually(async () => {
    await clock.advance(TIMES.retryPeriodMs);
    expect(candidate.isLeader).toBe(false);
  });
  await clock.advance(30_000);
  await expect(candidate.ended).rejects.toMatchObject({ code: 'LEADERSHIP_STUCK' });
});

test('with the proportions of 15/14/2 no two of a pair lead at once, 60 times', async () => {
  const times = { leaseDurationMs: 2_000, renewDeadlineMs: 1_867, retryPeriodMs: 267 };
  await using proxy = await FaultProxy.start({
    target: { host: '127.0.0.1', port: Number(new URL(own.cluster.url).port) },
  });
  for (let batch = 0; batch < 3; batch++) {
    const connection = await loadConnection({ kubeconfig: own.cluster.adminKubeconfig });
    const server = new URL(connection.server);
    server.port = String(proxy.port);
    const severed = new KubeClient({ connection: { ...connection, server } });
    const pairs: { first: Candidate; second: Candidate; overlap: boolean }[] = [];
    for (let i = 0; i < 20; i++) {
      const lease = `pair-${String(batch)}-${String(i)}`;
      const first = new Candidate('first', { name: lease, client: severed, ...times });
      // Where in its period the first one is cut off differs from pair to pair.
      await systemClock.sleep(Math.random() * 60);
      await eventually(() => expect(first.isLeader).toBe(true));
      const pair = { first, second: first, overlap: false };
      pair.second = new Candidate('second', {
        name: lease,
        ...times,
        lead: (signal) => {
          pair.overlap ||= first.isLeader;
          return untilAborted(signal);
        },
      });
      pairs.push(pair);
    }
    await systemClock.sleep(times.retryPeriodMs * 2);
    await proxy.set({ kind: 'drop' });
    await eventually(() => expect(pairs.every(({ second }) => second.isLeader)).toBe(true));
    expect(pairs.filter(({ overlap }) => overlap)).toEqual([]);
    await proxy.set({ kind: 'pass' });
    await Promise.all(pairs.flatMap(({ first, second }) => [first.stop(), second.stop()]));
    await severed.close();
  }
});

test('a connection that broke in silence costs nothing: the election has one of its own, and finds out in time', async () => {
  await using proxy = await HalfOpenProxy.start(Number(new URL(own.cluster.url).port));
  const connection = await loadConnection({ kubeconfig: own.cluster.adminKubeconfig });
  const server = new URL(connection.server);
  server.port = String(proxy.port);
  const flags = parseFlags(
    LEADER_ELECTION_FLAGS,
    ['--leader-election-lease-duration=6s', '--leader-election-renew-deadline=4s', '--leader-election-retry-period=1s'],
    {},
  );
  const stop = new AbortController();
  const terms: AbortSignal[] = [];
  const options = {
    flags,
    client,
    connection: { ...connection, server },
    namespace,
    name: 'half-open',
    ready: new Readiness(),
    logger: silentLogger,
    registry: new Registry(),
  };
  const ended = whileLeading(options, stop.signal, (signal) => {
    terms.push(signal);
    return untilAborted(signal);
  });
  await eventually(() => expect(terms).toHaveLength(1));
  for (let round = 0; round < 2; round++) {
    proxy.freeze();
    await systemClock.sleep(6_000);
    expect(terms.map(({ aborted }) => aborted)).toEqual([false]);
  }
  stop.abort();
  await ended;
  expect(await holder('half-open')).toBe('');
});

test('a lease that the process has no rights on turns readiness red, with what to do', async () => {
  const account = { namespace, name: 'no-rights' };
  const connection = await loadConnection({ kubeconfig: await own.cluster.kubeconfigFor(account) });
  const ready = new Readiness();
  const stop = new AbortController();
  const flags = parseFlags(LEADER_ELECTION_FLAGS, [], {});
  const options = {
    flags,
    client,
    connection,
    namespace,
    name: 'forbidden',
    ready,
    logger: silentLogger,
    registry: new Registry(),
  };
  const ended = whileLeading(options, stop.signal, untilAborted);
  await eventually(() =>
    expect(ready.failures()).toEqual([
      {
        name: 'leader-election',
        reason: expect.stringContaining("give this process's ServiceAccount the rights") as string,
      },
    ]),
  );
  stop.abort();
  await ended;
});

/** A candidate in a process of its own; resolves when it leads. */
async function holderProcess(lease: string): Promise<ChildProcess> {
  const program = `
    import { LeaderElector } from '@eso/controller';
    import { KubeClient, loadConnection } from '@eso/kube';
    import { silentLogger } from '@eso/runtime';
    const client = new KubeClient({ connection: await loadConnection({ kubeconfig: ${JSON.stringify(own.cluster.adminKubeconfig)} }) });
    const options = ${JSON.stringify({ namespace, name: lease, identity: 'victim', ...TIMES })};
    const elector = new LeaderElector({ client, logger: silentLogger, ...options });
    await elector.run(new AbortController().signal, () => { console.log('leading'); return new Promise(() => undefined); });
  `;
  const child = spawn(process.execPath, ['--conditions=@eso/source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  await once(child.stdout, 'data');
  return child;
}
