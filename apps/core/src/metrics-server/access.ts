import { createHash } from 'node:crypto';
import type { KubeClient } from '@eso/kube';
import { type Admission, type AdmissionRequest, BoundedCache, type Clock, LoadingCache } from '@eso/runtime';

/** What {@link MetricsAccess} asks, and how long it remembers. */
export interface MetricsAccessOptions {
  readonly client: Pick<KubeClient, 'request'>;
  readonly clock: Clock;
  /** Ends what is asked. */
  readonly signal: AbortSignal;
  /** How long an answer holds, in milliseconds. Default 60,000: a token or a right that is taken away works no longer than that. */
  readonly keepMs?: number;
}

/** A user as TokenReview answers. */
interface Reviewed {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Tokens that nobody knows are asked about this often: so many at once, and so many a second from then on. */
const REVIEWS = { burst: 20, perSecond: 10 };
/** Longer than any ServiceAccount's. */
const LONGEST_TOKEN = 8_192;

/**
 * Who may see the metrics, as controller-runtime decides it: whoever sends a token that the API server knows (TokenReview), of a user
 * with the right `get` on the path (SubjectAccessReview of a non-resource URL). Tokens are kept as hashes only. Somebody who tries
 * tokens out costs the API server a bounded number of reviews, and never the place of a token that was good once.
 */
export class MetricsAccess {
  readonly #options: MetricsAccessOptions;
  readonly #answers: LoadingCache<Admission>;
  readonly #known: BoundedCache<true>;
  #credit = REVIEWS.burst;
  #creditAt: number;

  constructor(options: MetricsAccessOptions) {
    this.#options = options;
    const { clock, keepMs: maxAgeMs = 60_000 } = options;
    this.#answers = new LoadingCache({ capacity: 1_000, ttl: { clock, maxAgeMs } });
    this.#known = new BoundedCache({ capacity: 1_000, ttl: { clock, maxAgeMs: 3_600_000 } });
    this.#creditAt = clock.monotonic();
  }

  /** @throws KubeError when the API server does not answer */
  async judge({ authorization = '', path }: AdmissionRequest): Promise<Admission> {
    const [, token] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
    if (token === undefined || token.length > LONGEST_TOKEN) return 'unauthorized';
    const hash = createHash('sha256').update(token).digest('hex');
    const { signal } = this.#options;
    const answer = await this.#answers.get(
      `${hash} ${path}`,
      (aborted) => {
        const mayAsk = this.#known.get(hash) !== undefined || this.#takeCredit();
        return mayAsk ? this.#review(token, path, hash, aborted) : Promise.resolve('too_many_reviews');
      },
      { signal },
    );
    // That is no answer about the token.
    if (answer === 'too_many_reviews') this.#answers.delete(`${hash} ${path}`);
    return answer;
  }

  close(): void {
    this.#answers.clear();
    this.#known.clear();
  }

  async #review(token: string, path: string, hash: string, signal: AbortSignal): Promise<Admission> {
    const { authenticated, user } = await this.#ask<{ authenticated?: boolean; user?: Reviewed }>(
      { group: 'authentication.k8s.io', kind: 'TokenReview', spec: { token } },
      signal,
    );
    if (authenticated !== true || user === undefined) return 'unauthorized';
    this.#known.set(hash, true);
    const { username, uid, groups, extra } = user;
    const nonResourceAttributes = { path, verb: 'get' };
    const { allowed, denied } = await this.#ask<{ allowed?: boolean; denied?: boolean }>(
      {
        group: 'authorization.k8s.io',
        kind: 'SubjectAccessReview',
        spec: { user: username, uid, groups, extra, nonResourceAttributes },
      },
      signal,
    );
    return allowed === true && denied !== true ? 'admitted' : 'forbidden';
  }

  async #ask<S>(review: { group: string; kind: string; spec: object }, signal: AbortSignal): Promise<Partial<S>> {
    const { group, kind, spec } = review;
    const path = `/apis/${group}/v1/${kind.toLowerCase()}s`;
    const body = { apiVersion: `${group}/v1`, kind, spec };
    const answer = await this.#options.client.request('POST', path, { body, signal });
    return (answer as { status?: Partial<S> }).status ?? {};
  }

  #takeCredit(): boolean {
    const now = this.#options.clock.monotonic();
    const earned = ((now - this.#creditAt) / 1_000) * REVIEWS.perSecond;
    this.#credit = Math.min(REVIEWS.burst, this.#credit + earned);
    this.#creditAt = now;
    if (this.#credit < 1) return false;
    this.#credit--;
    return true;
  }
}
