import type { Clock } from '@eso/runtime';
import type { RotationReason } from '../leaf/reasons.ts';
import { Throttle } from './throttle.ts';

/** First certificates wait in one lane, those that replace one in another: renewals are never behind new Services. */
export const LANES = ['first', 'renewal'] as const;
/** Which of the two queues a certificate is issued from; also the label `lane` of metrics. */
export type Lane = (typeof LANES)[number];

/** How many first certificates there may be. */
export interface IssuanceLimits {
  /** For all namespaces together, in the long run. Default 60. */
  readonly perMinute: number;
  /** For all namespaces together, at once after a quiet time. Default 120. */
  readonly burst: number;
  /** For each namespace. Default 6. */
  readonly namespacePerMinute: number;
  /** For each namespace. Default 10. */
  readonly namespaceBurst: number;
}

/** The limits that hold where no flag says otherwise. */
export const DEFAULT_ISSUANCE_LIMITS: IssuanceLimits = {
  perMinute: 60,
  burst: 120,
  namespacePerMinute: 6,
  namespaceBurst: 10,
};

/** A namespace may renew this many times what it may get first. There is no bound for all: when the authority changes, all are due. */
const RENEWAL_FACTOR = 5;

/** The limits of an {@link IssuanceLimiter}, and whom it notifies. */
export interface IssuanceLimiterOptions {
  readonly clock: Clock;
  readonly limits: IssuanceLimits;
  /** Called with the key of a Service that may be issued its certificate now. */
  readonly onAdmitted: (key: string) => void;
}

/** What becomes of the wish for a certificate. */
export type IssuanceDecision =
  | { readonly kind: 'granted' }
  /** It is called when its turn comes, after about `ms` milliseconds. `since`: whether it was in line before. */
  | { readonly kind: 'waits'; readonly lane: Lane; readonly ms: number; readonly since: 'now' | 'before' };

/** Bounds how many certificates are issued for Services. */
export class IssuanceLimiter {
  readonly #lanes: Readonly<Record<Lane, Throttle>>;

  constructor({ clock, limits, onAdmitted }: IssuanceLimiterOptions) {
    const { perMinute, burst, namespacePerMinute, namespaceBurst } = limits;
    const more = { perMinute: RENEWAL_FACTOR * namespacePerMinute, burst: RENEWAL_FACTOR * namespaceBurst };
    this.#lanes = {
      first: new Throttle({
        clock,
        total: { perMinute, burst },
        perNamespace: { perMinute: namespacePerMinute, burst: namespaceBurst },
        onAdmitted,
      }),
      renewal: new Throttle({ clock, perNamespace: more, onAdmitted }),
    };
  }

  /** Asks for a certificate for the Service of this key. Granted once: it has to be asked again for the next one. */
  admit(key: string, reason: RotationReason): IssuanceDecision {
    const lane = laneOf(reason);
    for (const other of LANES) if (other !== lane) this.#lanes[other].forget(key);
    const throttle = this.#lanes[lane];
    const since = throttle.isWaiting(key) ? 'before' : 'now';
    return throttle.admit(key) ? { kind: 'granted' } : { kind: 'waits', lane, ms: throttle.waitMs(key), since };
  }

  /** Whether the Service waits for its first certificate and its turn has not come: there is nothing to look at until then. */
  waitsForFirst(key: string): boolean {
    return this.#lanes.first.isWaiting(key);
  }

  /** The Service is gone or wants nothing now. */
  forget(key: string): void {
    for (const lane of LANES) this.#lanes[lane].forget(key);
  }

  close(): void {
    for (const lane of LANES) this.#lanes[lane].close();
  }
}

/** By what the Secret held before: whoever can write it can pretend a renewal, so that lane has its bound, too. */
function laneOf(reason: RotationReason): Lane {
  return reason === 'secret-missing' || reason === 'secret-taken-over' ? 'first' : 'renewal';
}
