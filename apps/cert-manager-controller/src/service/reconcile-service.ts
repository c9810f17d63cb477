import type { EventRecorder, ReconcileContext, ReconcileResult } from '@eso/controller';
import { objectKey, parseKey } from '@eso/kube';
import { serverIdentity, type ServiceName } from '@eso/pki';
import type { AuthorityKeeper } from '../authority/authority-keeper.ts';
import { CertificateError } from '../error.ts';
import { EventReason } from '../events.ts';
import type { Settings } from '../flags.ts';
import { keepLeaf, type LeafDependencies, type LeafOutcome } from '../leaf/keep-leaf.ts';
import type { LeafOwner } from '../leaf/owner.ts';
import type { LeafTimes } from '../leaf/plan.ts';
import type { CertificateMetrics } from '../metrics.ts';
import type { Schedule } from '../schedule.ts';
import type { SecretWatches } from '../secret-watches.ts';
import type { ProviderDiscovery } from './discovery.ts';
import type { ProviderService } from './provider-service.ts';

export interface ServiceDependencies extends Omit<LeafDependencies, 'isClaimed'> {
  readonly settings: Settings;
  readonly keeper: AuthorityKeeper;
  readonly discovery: ProviderDiscovery;
  readonly watches: SecretWatches;
  readonly events: EventRecorder;
  readonly metrics: CertificateMetrics;
  readonly schedule: Schedule;
}

/** Gives one labelled Service its server certificate. `key` is `<namespace>/<name>` of the Service. */
export async function reconcileService(
  dependencies: ServiceDependencies,
  key: string,
  { signal, logger }: ReconcileContext,
): Promise<ReconcileResult> {
  const { discovery, watches, keeper, metrics, schedule } = dependencies;
  const service = discovery.get(key);
  if (!service) {
    watches.release(key);
    metrics.serviceGone(serviceName(key));
    return { kind: 'done' };
  }
  const { claim } = service;
  if (claim.kind === 'none') {
    watches.release(key);
    return report(dependencies, service, { kind: 'refused', reason: claim.reason, message: claim.message });
  }
  watches.want(key, { namespace: service.metadata.namespace, name: claim.name });
  try {
    const owner = ownerOf(service, claim.name, dependencies.settings);
    const { authority } = await keeper.ensure(signal);
    const isClaimed: LeafDependencies['isClaimed'] = (ownerId, secret) => discovery.claims(ownerId, secret);
    const outcome = await keepLeaf({ ...dependencies, isClaimed }, { owner, authority, logger, signal });
    return report(dependencies, service, toReport(outcome));
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const error = CertificateError.from(thrown);
    report(dependencies, service, { kind: 'refused', reason: EventReason.failed, message: error.publicMessage });
    if (schedule.isWorthRetrying(error)) throw error;
    return schedule.afterFailure();
  }
}

type Report =
  | { kind: 'kept'; lifetime: LeafTimes }
  | Extract<LeafOutcome, { kind: 'issued' }>
  | { kind: 'refused'; reason: EventReason; message: string }
  | { kind: 'raced' };

function toReport(outcome: LeafOutcome): Report {
  if (outcome.kind !== 'refused') return outcome;
  const reason = outcome.why === 'taken' ? EventReason.secretTaken : EventReason.secretForeign;
  return { kind: 'refused', reason, message: outcome.message };
}

/** Tells metrics and events what became of a Service, and when to look at it again. */
function report(dependencies: ServiceDependencies, service: ProviderService, result: Report): ReconcileResult {
  const { metrics, events, schedule } = dependencies;
  const name = serviceName(objectKey(service.metadata));
  switch (result.kind) {
    case 'kept':
      metrics.serviceExpires(name, result.lifetime.notAfter);
      return schedule.nextPass(result.lifetime.lookAgainAt);
    case 'issued': {
      const { lifetime, reasons } = result;
      metrics.serviceExpires(name, lifetime.notAfter);
      metrics.serviceRotated(name, reasons[0]);
      const reason = reasons[0] === 'secret-missing' ? EventReason.issued : EventReason.renewed;
      const until = new Date(lifetime.notAfter).toISOString();
      events.event(service, 'Normal', reason, `Certificate valid until ${until} (${reasons.join(', ')})`);
      return schedule.nextPass(lifetime.lookAgainAt);
    }
    case 'refused':
      metrics.serviceFailed(name);
      events.event(service, 'Warning', result.reason, result.message);
      return schedule.afterFailure();
    case 'raced':
      return { kind: 'requeue' };
  }
}

function ownerOf({ metadata }: ProviderService, secretName: string, settings: Settings): LeafOwner {
  const { namespace, name, uid = '' } = metadata;
  return {
    id: objectKey({ namespace, name }),
    identity: serverIdentity({ namespace, service: name }, settings),
    secret: { namespace, name: secretName },
    reference: { apiVersion: 'v1', kind: 'Service', name, uid },
  };
}

function serviceName(key: string): ServiceName {
  const { namespace = '', name } = parseKey(key);
  return { namespace, service: name };
}
