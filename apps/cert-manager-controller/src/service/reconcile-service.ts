import type { EventRecorder, ReconcileContext, ReconcileResult } from '@eso/controller';
import { LABEL_PROVIDER } from '@eso/api/resources';
import { isKubeError, objectKey, parseKey, secrets } from '@eso/kube';
import { type CertificateAuthority, serverIdentity, type ServiceName } from '@eso/pki';
import { formatDuration } from '@eso/runtime';
import type { AuthorityKeeper } from '../authority/authority-keeper.ts';
import { CertificateError } from '../error.ts';
import { EventReason } from '../events.ts';
import type { Settings } from '../flags.ts';
import type { IssuanceLimiter } from '../issuance/issuance-limiter.ts';
import { type LeafDependencies, type LeafOutcome, reconcileLeaf } from '../leaf/reconcile-leaf.ts';
import type { LeafOwner } from '../leaf/owner.ts';
import { leafOwnershipOf } from '../leaf/ownership.ts';
import type { CertificateMetrics } from '../metrics.ts';
import type { RequeueSchedule } from '../requeue-schedule.ts';
import type { SecretWatches } from '../secret-watches.ts';
import type { ProviderDiscovery } from './discovery.ts';
import type { ProviderService } from './provider-service.ts';
import type { OverLimit } from './service-limit.ts';
import type { ServiceState } from './service-states.ts';

/** What the reconcile of a Service's certificate reads, writes and notifies. */
export interface ServiceDependencies extends Omit<LeafDependencies, 'isClaimed' | 'admit'> {
  readonly settings: Settings;
  readonly keeper: AuthorityKeeper;
  readonly discovery: ProviderDiscovery;
  readonly watches: SecretWatches;
  readonly issuance: IssuanceLimiter;
  readonly events: EventRecorder;
  readonly metrics: CertificateMetrics;
  readonly schedule: RequeueSchedule;
}

/** Gives one labelled Service its server certificate. `key` is `<namespace>/<name>` of the Service. */
export async function reconcileService(
  dependencies: ServiceDependencies,
  key: string,
  { signal, logger }: ReconcileContext,
): Promise<ReconcileResult> {
  const { discovery, watches, issuance, metrics } = dependencies;
  const service = discovery.get(key);
  if (!service) {
    watches.unwatch(key);
    issuance.forget(key);
    metrics.serviceGone(serviceName(key));
    return { kind: 'done' };
  }
  const { claim } = service;
  if (claim.kind === 'none') {
    watches.unwatch(key);
    issuance.forget(key);
    return report(dependencies, service, { kind: 'refused', reason: claim.reason, message: claim.message });
  }
  const secret = { namespace: service.metadata.namespace, name: claim.name };
  watches.unwatchOther(key, secret);
  const place = discovery.placeOf(service);
  if (place.kind === 'undecided') {
    discovery.observe(service, await hasCertificate(dependencies, service, secret, signal));
    // It is called when the others of its namespace have been looked at, too.
    return dependencies.schedule.requeueAtResync();
  }
  if (place.kind === 'over') {
    watches.unwatch(key);
    issuance.forget(key);
    return report(dependencies, service, place);
  }
  // Its turn comes as a key of the queue. Until then a Service costs nothing, however often it is written.
  if (issuance.waitsForFirst(key)) return dependencies.schedule.requeueAtResync();
  return reconcileCertificate(dependencies, service, { key, secret, signal, logger });
}

/** What the API server will not have. It may change its mind, which no watch of that Secret tells. */
const REFUSALS = ['FORBIDDEN', 'QUOTA_EXCEEDED', 'ADMISSION_DENIED', 'NAMESPACE_TERMINATING'] as const;

/** What else to do about a label where nobody has given the rights for a certificate. */
const OR_NO_PROVIDER = `, or take the label ${LABEL_PROVIDER} off this Service: no provider is expected here`;

/** Whether the Secret that a Service claims is its own already. Marks can be forged, which gains no more than an earlier place. */
async function hasCertificate(
  { client, settings }: ServiceDependencies,
  service: ProviderService,
  secret: LeafOwner['secret'],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const stored = await client.get(secrets, secret, { metadataOnly: true, signal });
    return leafOwnershipOf(stored, ownerOf(service, secret.name, settings)).kind === 'own';
  } catch (error) {
    if (isKubeError(error, 'NOT_FOUND', ...REFUSALS)) return false;
    throw error;
  }
}

interface ServicePass extends Pick<ReconcileContext, 'signal' | 'logger'> {
  readonly key: string;
  readonly secret: LeafOwner['secret'];
}

async function reconcileCertificate(
  dependencies: ServiceDependencies,
  service: ProviderService,
  { key, secret, signal, logger }: ServicePass,
): Promise<ReconcileResult> {
  const { discovery, watches, issuance, keeper, schedule } = dependencies;
  let authority: CertificateAuthority | undefined;
  const callbacks: Required<Pick<LeafDependencies, 'isClaimed' | 'admit'>> = {
    isClaimed: (ownerId, wanted) => discovery.claims(ownerId, wanted),
    admit: (reason) => issuance.admit(key, reason),
  };
  try {
    const owner = ownerOf(service, secret.name, dependencies.settings);
    ({ authority } = await keeper.ensure(signal));
    const outcome = await reconcileLeaf({ ...dependencies, ...callbacks }, { owner, authority, logger, signal });
    if (outcome.kind !== 'waits') issuance.forget(key);
    // Only a Secret that is ours is watched: one that a Service cannot have would hold a watch for as long as somebody likes.
    if (isOurs(outcome)) watches.watch(key, secret);
    else if (outcome.kind === 'refused' || (outcome.kind === 'waits' && outcome.lane === 'first')) watches.unwatch(key);
    return report(dependencies, service, toReport(outcome));
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const error = CertificateError.from(thrown);
    if (isKubeError(thrown, ...REFUSALS)) watches.unwatch(key);
    // Before there is an authority, what is forbidden is about that.
    const state = authority && isKubeError(thrown, 'FORBIDDEN') ? 'unexpected' : 'refused';
    const message = state === 'unexpected' ? `${error.publicMessage}${OR_NO_PROVIDER}` : error.publicMessage;
    report(dependencies, service, { kind: 'refused', reason: EventReason.failed, message, state });
    if (schedule.isWorthRetrying(error)) throw error;
    return schedule.requeueAtResync();
  }
}

const isOurs = ({ kind }: LeafOutcome): boolean => kind === 'kept' || kind === 'issued' || kind === 'published';

type Report =
  | Exclude<LeafOutcome, { kind: 'refused' }>
  /** `again`: whether it may go better though nothing that is watched changes. */
  | { kind: 'refused'; reason: EventReason; message: string; again?: boolean; state?: 'unexpected' | 'refused' }
  | OverLimit;

function toReport(outcome: LeafOutcome): Report {
  if (outcome.kind !== 'refused') return outcome;
  const reason = outcome.why === 'taken' ? EventReason.secretTaken : EventReason.secretForeign;
  return { kind: 'refused', reason, message: outcome.message, again: outcome.why === 'foreign' };
}

/** Tells metrics and events what became of a Service, and when to look at it again. */
function report(dependencies: ServiceDependencies, service: ProviderService, result: Report): ReconcileResult {
  const { metrics, events, schedule } = dependencies;
  const name = serviceName(objectKey(service.metadata));
  const state = stateOf(result);
  if (state) metrics.serviceIs(name, state);
  switch (result.kind) {
    case 'kept':
      metrics.serviceExpires(name, result.lifetime.notAfter);
      return schedule.requeueAt(result.lifetime.lookAgainAt);
    case 'published':
      metrics.serviceExpires(name, result.lifetime.notAfter);
      events.event(service, 'Normal', EventReason.bundleWritten, 'Wrote ca.crt anew, the certificate is kept');
      return schedule.requeueAt(result.lifetime.lookAgainAt);
    case 'issued': {
      const { lifetime, reasons } = result;
      metrics.serviceExpires(name, lifetime.notAfter);
      metrics.serviceRotated(name, reasons[0]);
      const reason = reasons[0] === 'secret-missing' ? EventReason.issued : EventReason.renewed;
      const until = new Date(lifetime.notAfter).toISOString();
      events.event(service, 'Normal', reason, `Certificate valid until ${until} (${reasons.join(', ')})`);
      return schedule.requeueAt(lifetime.lookAgainAt);
    }
    case 'refused':
      metrics.serviceFailed(name);
      events.event(service, 'Warning', result.reason, result.message);
      return result.again ? { kind: 'requeue' } : schedule.requeueAtResync();
    case 'waits':
      if (result.since === 'now') {
        metrics.throttled(result.lane);
        events.event(service, 'Warning', EventReason.throttled, throttledMessage(result));
      }
      return schedule.requeueAtResync();
    case 'over':
      if (result.since === 'now')
        events.event(service, 'Warning', EventReason.limitReached, limitMessage(name, result));
      return schedule.requeueAtResync();
    case 'raced':
      return { kind: 'requeue' };
  }
}

/** Undefined where nothing new is known: a renewal that waits is of a Service that is served. */
function stateOf(result: Report): ServiceState | undefined {
  switch (result.kind) {
    case 'kept':
    case 'published':
    case 'issued':
      return 'served';
    case 'refused':
      return result.state ?? 'refused';
    case 'over':
      return 'over_limit';
    case 'waits':
      return result.lane === 'first' ? 'waiting' : undefined;
    case 'raced':
      return undefined;
  }
}

function throttledMessage({ lane, ms }: Extract<Report, { kind: 'waits' }>): string {
  const what = lane === 'first' ? 'first certificates' : 'renewals';
  return (
    `Too many ${what} are wanted at once: this one comes in about ${formatDuration(Math.ceil(ms / 1_000) * 1_000)}. Remove labelled Services ` +
    'that nobody needs, or have the limit raised (--issuance-*)'
  );
}

function limitMessage({ namespace }: ServiceName, { position, services, limit }: OverLimit): string {
  return (
    `Namespace ${namespace} has ${services} labelled Services, and ${limit} of them get certificates: this one is number ${position}. ` +
    'Remove labelled Services that nobody needs, or have the limit raised (--issuance-namespace-services)'
  );
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
