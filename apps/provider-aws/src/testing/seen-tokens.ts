import type { KubeReader } from '@eso/api/server';

/** One TokenRequest. */
export interface SeenToken {
  /** `team-a/app` */
  readonly account: string;
  readonly audiences: readonly string[];
}

/** Writes down which tokens a provider asks the API server for. */
export class SeenTokens {
  readonly requests: SeenToken[] = [];

  /** `kube` with a note of each token. */
  watch(kube: KubeReader): KubeReader {
    return {
      get: (type, ref, options) => kube.get(type, ref, options),
      isReachable: () => kube.isReachable(),
      createToken: (account, options = {}) => {
        const { namespace = '', name } = account;
        this.requests.push({ account: `${namespace}/${name}`, audiences: options.audiences ?? [] });
        return kube.createToken(account, options);
      },
    };
  }
}
