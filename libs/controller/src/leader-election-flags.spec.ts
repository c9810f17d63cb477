import { KubeClient } from '@eso/kube';
import { createRegistry, parseFlags, Readiness, silentLogger } from '@eso/runtime';
import { checkLeaderElectionFlags, LEADER_ELECTION_FLAGS, whileLeading } from './leader-election-flags.ts';

/** Reads and checks lease duration, renew deadline and retry period as a process does. */
function check(lease: string, deadline: string, retry: string): void {
  const argv = [
    `--leader-election-lease-duration=${lease}`,
    `--leader-election-renew-deadline=${deadline}`,
    `--leader-election-retry-period=${retry}`,
  ];
  checkLeaderElectionFlags(parseFlags(LEADER_ELECTION_FLAGS, argv, {}));
}

test('the defaults go together', () => {
  expect(() => checkLeaderElectionFlags(parseFlags(LEADER_ELECTION_FLAGS, [], {}))).not.toThrow();
});

test.each([
  ['15s', '40s', '2s', 'leader-election-renew-deadline'],
  ['15s', '15s', '2s', 'leader-election-renew-deadline'],
  ['15s', '10s', '9s', 'leader-election-retry-period'],
  ['999ms', '10s', '2s', 'leader-election-lease-duration'],
  ['15s', '900ms', '2s', 'leader-election-renew-deadline'],
  ['15s', '10s', '200ms', 'leader-election-retry-period'],
  ['90m', '10s', '2s', 'leader-election-lease-duration'],
])('a lease of %s with deadline %s and period %s is refused, naming --%s', (lease, deadline, retry, flag) => {
  expect(() => check(lease, deadline, retry)).toThrow(`flag --${flag}: `);
});

test('switched off, every replica works at once, and no Lease is asked for [6.7.6] [8.50]', async () => {
  const flags = parseFlags(LEADER_ELECTION_FLAGS, ['--enable-leader-election=false'], {});
  let asked = 0;
  const tls = (): Promise<never> => {
    asked++;
    return Promise.reject(new Error('nobody may ask'));
  };
  const connection = { server: new URL('https://127.0.0.1:1'), tls, authorization: () => undefined };
  const client = new KubeClient({ connection, userAgent: 'test' });
  const ready = new Readiness();
  const common = { flags, client, ready, namespace: 'eso', name: 'lease', logger: silentLogger };
  const [stop, both] = [new AbortController(), Promise.withResolvers<undefined>()];
  let working = 0;
  const replicas = [1, 2].map(() =>
    whileLeading({ ...common, registry: createRegistry({ processMetrics: false }) }, stop.signal, async () => {
      if (++working === 2) both.resolve(undefined);
      await both.promise;
    }),
  );
  await Promise.all(replicas);
  expect([working, asked]).toEqual([2, 0]);
  expect(ready.results()).toEqual([]);
  await client.close();
});
