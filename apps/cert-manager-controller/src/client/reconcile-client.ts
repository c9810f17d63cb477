import type { ReconcileContext, ReconcileResult } from '@eso/controller';
import { CLIENT_TLS_SECRET } from '@eso/api/resources';
import { clientIdentity } from '@eso/pki';
import type { AuthorityKeeper } from '../authority/authority-keeper.ts';
import { CertificateError } from '../error.ts';
import type { Settings } from '../flags.ts';
import { type LeafDependencies, type LeafOutcome, reconcileLeaf } from '../leaf/reconcile-leaf.ts';
import type { LeafOwner } from '../leaf/owner.ts';
import type { CertificateMetrics } from '../metrics.ts';
import type { RequeueSchedule } from '../requeue-schedule.ts';
import type { SecretWatches } from '../secret-watches.ts';

/** What the reconcile of core's client certificate reads, writes and notifies. */
export interface ClientDependencies extends Omit<LeafDependencies, 'isClaimed' | 'admit'> {
  readonly settings: Settings;
  readonly keeper: AuthorityKeeper;
  readonly watches: SecretWatches;
  readonly metrics: CertificateMetrics;
  readonly schedule: RequeueSchedule;
}

/** Gives core its client certificate, in the namespace of core and nowhere else. */
export async function reconcileClient(
  dependencies: ClientDependencies,
  key: string,
  { signal, logger }: ReconcileContext,
): Promise<ReconcileResult> {
  const { settings, keeper, watches, metrics, schedule } = dependencies;
  const owner = clientOwner(settings);
  watches.watch(key, owner.secret);
  try {
    const { authority } = await keeper.ensure(signal);
    // No Service can claim this name: theirs have another prefix.
    const outcome = await reconcileLeaf(
      { ...dependencies, isClaimed: () => true },
      { owner, authority, logger, signal },
    );
    if (outcome.kind === 'refused') logger.error({ secret: owner.secret }, outcome.message);
    return report(outcome, metrics, schedule);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    metrics.clientFailed();
    const error = CertificateError.from(thrown);
    if (schedule.isWorthRetrying(error)) throw error;
    logger.error({ error: error.publicMessage }, 'no client certificate for core');
    return schedule.requeueAtResync();
  }
}

function report(outcome: LeafOutcome, metrics: CertificateMetrics, schedule: RequeueSchedule): ReconcileResult {
  switch (outcome.kind) {
    case 'issued':
      metrics.clientRotated(outcome.reasons[0]);
      metrics.clientExpires(outcome.lifetime.notAfter);
      return schedule.requeueAt(outcome.lifetime.lookAgainAt);
    case 'kept':
    case 'published':
      metrics.clientExpires(outcome.lifetime.notAfter);
      return schedule.requeueAt(outcome.lifetime.lookAgainAt);
    case 'refused':
      metrics.clientFailed();
      return schedule.requeueAtResync();
    // It is never made to wait: core's is one certificate, in a namespace of administrators.
    case 'waits':
    case 'raced':
      return { kind: 'requeue' };
  }
}

function clientOwner({ namespace, trustDomain }: Settings): LeafOwner {
  return {
    id: `${namespace}/core`,
    identity: clientIdentity({ trustDomain }),
    secret: { namespace, name: CLIENT_TLS_SECRET },
  };
}
