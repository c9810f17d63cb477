import { parseFlags } from '@eso/runtime';
import { checkLeaderElectionFlags, LEADER_ELECTION_FLAGS } from './leader-election-flags.ts';

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
