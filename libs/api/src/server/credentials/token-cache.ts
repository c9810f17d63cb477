import { isKubeError, type IssuedToken, type KubeError } from '@eso/kube';
import { type Clock, LoadingCache } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { KubeReader } from '../stores/kube-reader.ts';
import { kubeProblem } from '../stores/kube-problem.ts';
import type { ServiceAccountToken } from './credentials.ts';
import { type Reference, unusable } from './reference.ts';
import { describeReference } from './reference-problem.ts';

/** A token that is wanted; two requests that agree in all of it share one. */
export interface TokenRequest {
  readonly account: Reference;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** Longest a token is kept, milliseconds, however long it lives. */
const MAX_AGE_MS = 3_600_000;
/** What a token has to have left when it is handed out: this part of its life, at most `MAX_REST_MS`. */
const REST = 1 / 5;
const MAX_REST_MS = 120_000;

/** Tokens that were issued by the API server and are good for a while. */
export class TokenCache {
  readonly #kube: KubeReader;
  readonly #cache: LoadingCache<ServiceAccountToken>;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    const { kube, clock } = options;
    this.#kube = kube;
    this.#cache = new LoadingCache({
      capacity: 1_000,
      ttl: {
        clock,
        maxAgeMs: MAX_AGE_MS,
        ageOf: ({ expiresAtMs }) => {
          const lifeMs = expiresAtMs - clock.now();
          return lifeMs - Math.min(lifeMs * REST, MAX_REST_MS);
        },
      },
    });
  }

  /** @throws ProviderError CREDENTIALS_UNUSABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE; the reason of `signal`. */
  async get(request: TokenRequest, field: string, signal: AbortSignal): Promise<ServiceAccountToken> {
    try {
      return await this.#cache.get(tokenId(request), (own) => this.#issue(request, own), { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw tokenProblem(request.account, field, error);
    }
  }

  /** Forgets one token; one that is being issued is not kept either. */
  forget(id: string): void {
    this.#cache.delete(id);
  }

  /** Forgets everything, which also ends all timers. */
  clear(): void {
    this.#cache.clear();
  }

  async #issue(
    { account, audiences, expirationSeconds }: TokenRequest,
    signal: AbortSignal,
  ): Promise<ServiceAccountToken> {
    const issued = (await this.#kube.createToken(
      { namespace: account.namespace, name: account.name },
      { expirationSeconds, signal, ...(audiences.length > 0 && { audiences: [...audiences] }) },
    )) as Partial<IssuedToken> | undefined;
    const expiresAtMs = Date.parse(issued?.expirationTimestamp ?? '');
    if (!issued?.token || Number.isNaN(expiresAtMs)) throw new Error('the API server answered without a token');
    return { token: issued.token, expiresAtMs };
  }
}

/** Tells tokens apart that may not stand in for each other. */
export function tokenId({ account, audiences, expirationSeconds }: TokenRequest): string {
  return JSON.stringify([account.namespace, account.name, expirationSeconds, ...audiences]);
}

function tokenProblem(account: Reference, field: string, cause: unknown): ProviderError {
  const what = describeReference(account);
  const { namespace, name } = account;
  if (isKubeError(cause, 'NOT_FOUND'))
    return unusable(field, `${what} does not exist`, `create ${what} or correct the reference`, cause);
  if (isKubeError(cause, 'FORBIDDEN'))
    return unusable(
      field,
      `the provider may not request tokens of ${what}`,
      `grant it create on serviceaccounts/token, for resourceNames [${name}], by a Role in namespace ${namespace}, ` +
        "or add the namespace to tokenNamespaces of the provider's chart",
      cause,
    );
  if (isKubeError(cause, 'ADMISSION_DENIED'))
    return unusable(
      field,
      `a policy of the cluster refuses tokens of ${what}`,
      'ask the administrator of the cluster',
      cause,
    );
  if (isKubeError(cause, 'INVALID', 'BAD_REQUEST'))
    return new ProviderError(
      'CONFIG_INVALID',
      `the API server issues no such token of ${what}${refusedFields(cause)}`,
      {
        field,
        nextStep: 'ask for 600 seconds at least, and for audiences that are not empty',
        cause,
      },
    );
  return kubeProblem(`a token of ${what}`, cause);
}

/** The API server's own words about fields, which are ours and the user's, never a token. */
function refusedFields({ causes }: KubeError): string {
  return causes.length === 0 ? '' : `: ${causes.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
}
