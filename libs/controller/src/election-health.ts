import { KubeError } from '@eso/kube';
import { type Clock, errorText, isError, type Logger, LogThrottle } from '@eso/runtime';

/** Which Lease an {@link ElectionHealth} tells of, and how patiently. */
export interface ElectionHealthOptions {
  readonly namespace: string;
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long attempts may go on failing for a reason that passes by itself before that counts, in milliseconds. */
  readonly patienceMs: number;
}

/** Why this process could not become or stay leader, were it its turn: for readiness, and now and then for the log. */
export class ElectionHealth {
  readonly #options: ElectionHealthOptions;
  readonly #throttle: LogThrottle;
  #failing: { readonly sinceMs: number; readonly lasting: boolean; readonly text: string } | undefined;

  constructor(options: ElectionHealthOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ clock: options.clock });
  }

  /** The reason, or undefined when the last attempt went well or its failure may pass by itself. */
  reason(): string | undefined {
    if (!this.#failing) return undefined;
    const { sinceMs, lasting, text } = this.#failing;
    return lasting || this.#options.clock.monotonic() - sinceMs > this.#options.patienceMs ? text : undefined;
  }

  /** An attempt failed. */
  recordFailure(thrown: unknown): void {
    const { clock, logger, name } = this.#options;
    const error = asKubeError(thrown);
    const text = this.#describe(error);
    this.#failing = {
      sinceMs: this.#failing?.sinceMs ?? clock.monotonic(),
      lasting: !error.retryable && error.code !== 'ABORTED',
      text,
    };
    if (this.#throttle.isDue(error.code))
      logger.warn({ lease: name, code: error.code, error: errorText(thrown) }, text);
  }

  /** An attempt went well, whoever holds the lease. */
  recordSuccess(): void {
    this.#failing = undefined;
    if (this.#throttle.reset()) this.#options.logger.info({ lease: this.#options.name }, 'the lease can be used again');
  }

  #describe({ code, publicMessage }: KubeError): string {
    const { namespace, name } = this.#options;
    const lease = `lease ${namespace}/${name}`;
    if (code === 'FORBIDDEN')
      return (
        `may not use ${lease}: give this process's ServiceAccount the rights get and update on leases ` +
        `(coordination.k8s.io) named ${name} and create on leases in namespace ${namespace}, or name the lease that ` +
        'it has rights on in --leader-election-id'
      );
    return `cannot read or write ${lease}: ${publicMessage} [${code}]`;
  }
}

/** An attempt that was given up because it took too long passes by itself, as one that the client gave up does. */
function asKubeError(thrown: unknown): KubeError {
  if (!isError(thrown) || thrown.name !== 'TimeoutError') return KubeError.from(thrown);
  return new KubeError('TIMEOUT', `the API server gave no answer: ${errorText(thrown)}`, { cause: thrown });
}
