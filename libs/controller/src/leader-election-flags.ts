import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { KubeClient } from '@eso/kube';
import type { Clock, FlagSpec, FlagValues, Logger, Registry } from '@eso/runtime';
import { LeaderElector } from './leader-elector.ts';

/** Flags of a process that works only while it holds a Lease; names and defaults are those of External Secrets 2.x. */
export const LEADER_ELECTION_FLAGS = {
  'enable-leader-election': { type: 'boolean', default: true, describe: 'Work only while holding the Lease' },
  'leader-election-lease-duration': { type: 'duration', default: '15s', min: 1_000, describe: 'Life of the Lease' },
  'leader-election-renew-deadline': {
    type: 'duration',
    default: '10s',
    min: 500,
    describe: 'Time to renew before giving up',
  },
  'leader-election-retry-period': { type: 'duration', default: '2s', min: 100, describe: 'Pause between attempts' },
  'pod-name': { type: 'string', default: '', env: 'POD_NAME', describe: 'Identity in the Lease; empty = host name' },
} as const satisfies FlagSpec;

export interface LeadOptions {
  readonly flags: FlagValues<typeof LEADER_ELECTION_FLAGS>;
  readonly client: KubeClient;
  /** Where the Lease is, and what it is called. */
  readonly namespace: string;
  readonly name: string;
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Runs `work` while this process leads, or at once where leader election is switched off, until `signal` aborts.
 * @throws what `work` throws; ControllerError LEADERSHIP_STUCK, see {@link LeaderElector.run}
 */
export async function whileLeading(
  { flags, ...options }: LeadOptions,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (!flags['enable-leader-election']) return work(signal);
  const elector = new LeaderElector({
    ...options,
    // Two starts of one pod are two candidates.
    identity: `${flags['pod-name'] || hostname()}_${randomUUID()}`,
    leaseDurationMs: flags['leader-election-lease-duration'],
    renewDeadlineMs: flags['leader-election-renew-deadline'],
    retryPeriodMs: flags['leader-election-retry-period'],
  });
  return elector.run(signal, work);
}
