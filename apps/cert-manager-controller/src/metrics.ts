import { type Counter, counterOf, type Gauge, gaugeOf, type Registry } from '@eso/runtime';
import type { BundleProblem, ServiceName } from '@eso/pki';
import { type Lane, LANES } from './issuance/issuance-limiter.ts';
import { ROTATION_REASONS, type RotationReason } from './leaf/reasons.ts';
import { type ServiceState, ServiceStates } from './service/service-states.ts';

const BUNDLE_PROBLEMS = [
  'unknown',
  'unreadable',
  'missing',
  'outdated',
] as const satisfies readonly BundleProblem['kind'][];

/** The metrics of this process; README.md lists them. Times are Unix seconds. */
export class CertificateMetrics {
  readonly #serviceExpiry: Gauge<'namespace' | 'service'>;
  readonly #serviceRotations: Counter<'namespace' | 'service' | 'reason'>;
  readonly #serviceFailures: Counter<'namespace' | 'service'>;
  readonly #clientExpiry: Gauge;
  readonly #clientRotations: Counter<'reason'>;
  readonly #clientFailures: Counter;
  readonly #authorityExpiry: Gauge;
  readonly #authorityDue: Gauge;
  readonly #authorityUsable: Gauge;
  readonly #authorityRolledBack: Gauge;
  readonly #bundleProblems: Gauge<'problem'>;
  readonly #throttled: Counter<'lane'>;
  readonly #overLimit: Gauge<'namespace'>;
  readonly #states: ServiceStates;

  constructor(registry: Registry) {
    const perService = ['namespace', 'service'] as const;
    this.#serviceExpiry = gaugeOf(registry, {
      name: 'eso_provider_certificate_expiry_seconds',
      help: "End of the certificate of a provider's Service, in Unix seconds.",
      labelNames: perService,
    });
    this.#serviceRotations = counterOf(registry, {
      name: 'eso_provider_certificate_rotation_total',
      help: "Certificates issued for a provider's Service, by the first reason.",
      labelNames: [...perService, 'reason'],
    });
    this.#serviceFailures = counterOf(registry, {
      name: 'eso_provider_certificate_rotation_failures_total',
      help: "Passes that could not give a provider's Service the certificate it needs.",
      labelNames: perService,
    });
    this.#clientExpiry = gaugeOf(registry, {
      name: 'eso_client_certificate_expiry_seconds',
      help: "End of core's client certificate, in Unix seconds.",
    });
    this.#clientRotations = counterOf(registry, {
      name: 'eso_client_certificate_rotation_total',
      help: 'Client certificates issued for core, by the first reason.',
      labelNames: ['reason'],
    });
    this.#clientFailures = counterOf(registry, {
      name: 'eso_client_certificate_rotation_failures_total',
      help: 'Passes that could not give core the client certificate it needs.',
    });
    this.#authorityExpiry = gaugeOf(registry, {
      name: 'eso_ca_certificate_expiry_seconds',
      help: 'End of the certificate authority, in Unix seconds.',
    });
    this.#authorityDue = gaugeOf(registry, {
      name: 'eso_ca_certificate_replacement_due',
      help: 'Whether the certificate authority is in the window before its end: 1 if so, 0 if not.',
    });
    this.#authorityUsable = gaugeOf(registry, {
      name: 'eso_ca_usable',
      help: 'Whether certificates can be issued with what is stored of the certificate authority: 1 if so, 0 if not.',
    });
    this.#authorityRolledBack = gaugeOf(registry, {
      name: 'eso_ca_rolled_back',
      help: 'Whether an older certificate authority is stored than was in force, and nobody has confirmed it: 1 if so, 0 if not.',
    });
    this.#bundleProblems = gaugeOf(registry, {
      name: 'eso_ca_bundle_problems',
      help: "What is wrong with ca.crt of the certificate authority's Secret, by kind; none of it is published.",
      labelNames: ['problem'],
    });
    this.#throttled = counterOf(registry, {
      name: 'eso_provider_certificate_throttled_total',
      help: 'Certificates that had to wait because too many were wanted, by lane: first ones, or renewals.',
      labelNames: ['lane'],
    });
    this.#overLimit = gaugeOf(registry, {
      name: 'eso_provider_services_over_limit',
      help: 'Labelled Services that get no certificate because their namespace has too many, by namespace; no series where none.',
      labelNames: ['namespace'],
    });
    this.#states = new ServiceStates(
      gaugeOf(registry, {
        name: 'eso_provider_services',
        help: 'Labelled Services by namespace and what became of them; unexpected: nobody has given the right to write its certificate.',
        labelNames: ['namespace', 'state'],
      }),
    );
    for (const lane of LANES) this.#throttled.inc({ lane }, 0);
    this.reset();
  }

  serviceExpires({ namespace, service }: ServiceName, notAfterMs: number): void {
    this.#serviceExpiry.set({ namespace, service }, seconds(notAfterMs));
    // The series starts at 0, so that an alert sees the first failure as a rise.
    this.#serviceFailures.inc({ namespace, service }, 0);
  }

  serviceRotated({ namespace, service }: ServiceName, reason: RotationReason): void {
    this.#serviceRotations.inc({ namespace, service, reason });
  }

  serviceFailed({ namespace, service }: ServiceName): void {
    this.#serviceFailures.inc({ namespace, service });
  }

  /** What became of a labelled Service in its last pass. */
  serviceIs(name: ServiceName, state: ServiceState): void {
    this.#states.set(name, state);
  }

  /** Forgets a Service that is gone; its series would stay for ever otherwise. */
  serviceGone(name: ServiceName): void {
    const { namespace, service } = name;
    this.#states.forget(name);
    this.#serviceExpiry.remove({ namespace, service });
    this.#serviceFailures.remove({ namespace, service });
    for (const reason of ROTATION_REASONS) this.#serviceRotations.remove({ namespace, service, reason });
  }

  clientExpires(notAfterMs: number): void {
    this.#clientExpiry.set(seconds(notAfterMs));
  }

  clientRotated(reason: RotationReason): void {
    this.#clientRotations.inc({ reason });
  }

  clientFailed(): void {
    this.#clientFailures.inc();
  }

  authorityExpires(notAfterMs: number, replacementDue: boolean): void {
    this.#authorityExpiry.set(seconds(notAfterMs));
    this.#authorityDue.set(replacementDue ? 1 : 0);
    this.#authorityUsable.set(1);
    this.#authorityRolledBack.set(0);
  }

  authorityUnusable({ rolledBack }: { readonly rolledBack: boolean }): void {
    this.#authorityUsable.set(0);
    this.#authorityRolledBack.set(rolledBack ? 1 : 0);
  }

  authorityBundle(problems: readonly BundleProblem[]): void {
    for (const problem of BUNDLE_PROBLEMS)
      this.#bundleProblems.set({ problem }, problems.filter(({ kind }) => kind === problem).length);
  }

  throttled(lane: Lane): void {
    this.#throttled.inc({ lane });
  }

  /** @param excess how many Services of the namespace get nothing; a namespace that is gone would have its series for ever */
  servicesOverLimit(namespace: string, excess: number): void {
    if (excess > 0) this.#overLimit.set({ namespace }, excess);
    else this.#overLimit.remove({ namespace });
  }

  /** Nothing is known now: an expiry of 0 would raise every alarm, and another process's is not ours to tell. */
  reset(): void {
    this.#serviceExpiry.reset();
    this.#overLimit.reset();
    this.#states.reset();
    this.#bundleProblems.reset();
    const authority = [this.#authorityExpiry, this.#authorityDue, this.#authorityUsable, this.#authorityRolledBack];
    for (const gauge of [this.#clientExpiry, ...authority]) gauge.remove({});
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
