import { AsyncLocalStorage } from 'node:async_hooks';
import { CertificateClient } from '@azure/keyvault-certificates';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import type { AccessToken, TokenCredential } from '@azure/identity';
import { type HttpClient, ProviderError } from '@eso/api/server';
import type { AzureAccess } from '../azure/access.ts';
import type { FieldPath } from '../azure/azure-config.ts';
import { type RefusedAnswer, sdkTransport } from '../azure/sdk-transport.ts';
import type { AzureToken } from '../azure/token.ts';
import { type VaultCall, vaultFailure } from './vault-failure.ts';
import { vaultOperation } from './vault-operation.ts';

/** The SDK's clients of one vault, with one login. They learn once what the vault asks for, so they live as long as the login. */
export interface VaultClients {
  readonly secrets: SecretClient;
  readonly keys: KeyClient;
  readonly certificates: CertificateClient;
}

/** The vault, the way in, and whom its tokens are made out to. */
export interface VaultClientOptions {
  readonly vaultUrl: string;
  /** Resource of the cloud's vaults; a vault that asks for a token for another one gets none. */
  readonly resource: string;
  readonly access: AzureAccess;
  readonly http: HttpClient;
  readonly at: FieldPath;
}

/** Calls to one vault. */
export class VaultClient {
  readonly #options: VaultClientOptions;
  readonly #clients = new WeakMap<AzureToken, VaultClients>();
  /** What the requests of one piece of work came to. */
  readonly #seen = new AsyncLocalStorage<Seen>();

  constructor(options: VaultClientOptions) {
    this.#options = options;
  }

  /**
   * Runs `run` with clients that are logged in; once more where the token is rejected.
   * @throws ProviderError of `vaultFailure`, of the login, and what `run` throws itself.
   */
  call<T>(call: Omit<VaultCall, 'at'>, signal: AbortSignal, run: (clients: VaultClients) => Promise<T>): Promise<T> {
    const { access, at } = this.#options;
    return access.use(async (token) => {
      const seen: Seen = {};
      try {
        return await this.#seen.run(seen, () => run(this.#clientsWith(token)));
      } catch (error) {
        if (error instanceof ProviderError) throw error;
        // What the SDK throws quotes bodies; what it was made of says the same without them.
        if (seen.failed) throw seen.failed;
        // A challenge comes with a refusal, and says more than that.
        if (isMisleading(error)) throw this.#misled(error);
        if (seen.refused) throw vaultFailure(seen.refused, { ...call, at });
        throw this.#unexpected(error, seen);
      }
    }, signal);
  }

  #clientsWith(token: AzureToken): VaultClients {
    const known = this.#clients.get(token);
    if (known) return known;
    const { vaultUrl, http } = this.#options;
    const credential = this.#credential(token);
    const options = {
      httpClient: sdkTransport({
        http,
        operationOf: vaultOperation,
        onAnswer: (refused) => Object.assign(this.#seen.getStore() ?? {}, { refused, answered: !refused }),
        onFailed: (failed) => Object.assign(this.#seen.getStore() ?? {}, { failed }),
      }),
      retryOptions: { maxRetries: 0 },
      // A vault sends nobody elsewhere.
      redirectOptions: { maxRetries: 0 },
    };
    const clients = {
      secrets: new SecretClient(vaultUrl, credential, options),
      keys: new KeyClient(vaultUrl, credential, options),
      certificates: new CertificateClient(vaultUrl, credential, options),
    };
    this.#clients.set(token, clients);
    return clients;
  }

  /** The token of the login, to a vault that asks for one of its cloud. */
  #credential({ token, expiresAtMs }: AzureToken): TokenCredential {
    const { resource, at } = this.#options;
    return {
      getToken: (scopes, { claims } = {}): Promise<AccessToken> => {
        const [scope] = [scopes].flat();
        if (scope !== `${resource}/.default`)
          throw new ProviderError('CONFIG_INVALID', `the vault belongs to another cloud than ${resource}`, {
            field: at('environmentType'),
            nextStep: `correct ${at('environmentType')} or ${at('vaultUrl')}`,
          });
        // The vault wants another token than the one that is there: its answer says so, and ends this login.
        if (claims !== undefined)
          throw new ProviderError('CREDENTIALS_REJECTED', 'the vault asks for another token (insufficient claims)', {
            field: at('authType'),
          });
        return Promise.resolve({ token, expiresOnTimestamp: expiresAtMs });
      },
    };
  }

  #unexpected(cause: unknown, { answered }: Seen): ProviderError {
    const { at } = this.#options;
    const { name, code } = (cause ?? {}) as { readonly name?: unknown; readonly code?: unknown };
    // Something did answer, and not with what the SDK can read: it reads past what is not there.
    if ((answered && name === 'TypeError') || name === 'RestError' || name === 'SyntaxError' || code === 'PARSE_ERROR')
      return new ProviderError('BACKEND_UNAVAILABLE', 'the answer is none of Key Vault', {
        field: at('vaultUrl'),
        nextStep: `check ${at('vaultUrl')}: something else may stand there`,
        retryable: false,
        cause,
      });
    return ProviderError.from(cause);
  }

  #misled(cause: unknown): ProviderError {
    const { at } = this.#options;
    const problem = 'the vault asks for a token that is not for its own domain, or leads to another host';
    return new ProviderError('CONFIG_INVALID', problem, {
      field: at('vaultUrl'),
      nextStep: `correct ${at('vaultUrl')}, and ${at('environmentType')} where the vault belongs to another cloud`,
      cause,
    });
  }
}

/** What the last request of a piece of work came to. */
interface Seen {
  refused?: RefusedAnswer | undefined;
  failed?: ProviderError;
  answered?: boolean;
}

/** Whether the SDK keeps the token, as the vault's challenge is for another domain than the one that was asked. */
function isMisleading(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('The challenge ');
}
