import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { KubeClient, type KubeConnection } from '@eso/kube';
import {
  type Clock,
  type FlagSpec,
  type FlagValues,
  formatDuration,
  type Logger,
  type Readiness,
  type Registry,
  RuntimeError,
} from '@eso/runtime';
import { LeaderElector } from './leader-elector.ts';
import { durationProblem, type LeaseDurations, renewalPace } from './lease-durations.ts';

/** The API keeps the lease's duration in whole seconds; what is longer than this is no failover any more. */
const BOUNDS = { min: 1_000, max: 3_600_000 };

/** Flags of a process that works only while it holds a Lease; names and defaults are those of External Secrets 2.x. */
export const LEADER_ELECTION_FLAGS = {
  'enable-leader-election': { type: 'boolean', default: true, describe: 'Work only while holding the Lease' },
  'leader-election-lease-duration': {
    type: 'duration',
    default: '15s',
    ...BOUNDS,
    describe: 'How long others wait for a holder that no longer renews; longer than the renew deadline',
  },
  'leader-election-renew-deadline': {
    type: 'duration',
    default: '10s',
    ...BOUNDS,
    describe: 'How long a holder works without a renewal before it stops; longer than 1.2 retry periods',
  },
  'leader-election-retry-period': {
    type: 'duration',
    default: '2s',
    ...BOUNDS,
    describe: 'Pause between attempts to get the Lease or to renew it',
  },
  'pod-name': { type: 'string', default: '', env: 'POD_NAME', describe: 'Identity in the Lease; empty = host name' },
} as const satisfies FlagSpec;

/** The values of {@link LEADER_ELECTION_FLAGS}: durations in milliseconds. */
export type LeaderElectionFlags = FlagValues<typeof LEADER_ELECTION_FLAGS>;

/** How {@link whileLeading} stands for election. */
export interface LeadOptions {
  readonly flags: LeaderElectionFlags;
  readonly client: KubeClient;
  /**
   * Where given, the election has connections of its own, with timeouts made for its deadlines: neither a large list nor a
   * connection that broke in silence costs the leadership. Absent: `client` is used.
   */
  readonly connection?: KubeConnection;
  /** Where the Lease is, and what it is called. */
  readonly namespace: string;
  readonly name: string;
  /** Gets the check `leader-election`: fails while this process could not lead were it its turn; waiting for one's turn passes. */
  readonly ready: Readiness;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

const FLAG_OF: Readonly<Record<keyof LeaseDurations, keyof LeaderElectionFlags>> = {
  leaseDurationMs: 'leader-election-lease-duration',
  renewDeadlineMs: 'leader-election-renew-deadline',
  retryPeriodMs: 'leader-election-retry-period',
};

/**
 * Checks that the durations go together.
 * @throws RuntimeError INVALID_FLAG naming the flag
 */
export function checkLeaderElectionFlags(flags: LeaderElectionFlags): void {
  const durations = durationsOf(flags);
  const problem = durationProblem(durations);
  if (!problem) return;
  const [which, text] = problem;
  const values = Object.entries(FLAG_OF).map(
    ([key, flag]) => `--${flag}=${formatDuration(durations[key as keyof LeaseDurations])}`,
  );
  throw new RuntimeError('INVALID_FLAG', `flag --${FLAG_OF[which]}: ${text}; now ${values.join(', ')}`);
}

/**
 * Runs `work` while this process leads, or at once where leader election is switched off, until `signal` aborts.
 * @throws what `work` throws; RuntimeError INVALID_FLAG when the durations do not go together; ControllerError
 *   LEADERSHIP_STUCK, see {@link LeaderElector.run}
 */
export async function whileLeading(
  { flags, ready, connection, ...options }: LeadOptions,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (!flags['enable-leader-election']) return work(signal);
  checkLeaderElectionFlags(flags);
  const durations = durationsOf(flags);
  const own = connection && electionClient(connection, durations, options);
  // Two starts of one pod are two candidates.
  const identity = `${flags['pod-name'] || hostname()}_${randomUUID()}`;
  const elector = new LeaderElector({ ...options, ...durations, identity, client: own ?? options.client });
  ready.add('leader-election', () => elector.health());
  try {
    await elector.run(signal, work);
  } finally {
    await own?.close();
  }
}

function durationsOf(flags: LeaderElectionFlags): LeaseDurations {
  return {
    leaseDurationMs: flags['leader-election-lease-duration'],
    renewDeadlineMs: flags['leader-election-renew-deadline'],
    retryPeriodMs: flags['leader-election-retry-period'],
  };
}

/**
 * A client whose attempts, probes and connects are over within the time of one attempt at the lease: the one after next goes over
 * a new connection then.
 */
function electionClient(
  connection: KubeConnection,
  durations: LeaseDurations,
  { clock, logger, registry }: Pick<LeadOptions, 'clock' | 'logger' | 'registry'>,
): KubeClient {
  const { periodMs, attemptMs } = renewalPace(durations);
  return new KubeClient({
    connection,
    logger,
    registry,
    ...(clock ? { clock } : {}),
    userAgent: 'external-secrets-leader-election',
    requestTimeoutMs: attemptMs,
    connectTimeoutMs: attemptMs,
    // Found out between two renewals, before the next one is sent into a connection that leads nowhere.
    pingIntervalMs: periodMs / 2,
    pingTimeoutMs: attemptMs / 3,
  });
}
