import { Counter, type Logger, type Registry } from '@eso/runtime';
import { failureTrace } from '../calls/failure-trace.ts';

/** A function that the author of a provider gave to the kit. */
export type AuthorCallback =
  | 'checkConfig'
  | 'open'
  | 'close'
  | 'login'
  | 'revoke'
  | 'validate'
  | 'getSecret'
  | 'getSecretMap'
  | 'getAllSecrets'
  | 'pushSecret'
  | 'deleteSecret'
  | 'secretExists'
  | 'generate'
  | 'cleanup'
  | 'batchGet'
  | 'watch';

/**
 * What such a function did that it must not do:
 * - `threw`: something that is no ProviderError, or one where none has a place
 * - `code`: a ProviderError with a code that it may not raise
 * - `returned`: something of another type than it promises
 * - `hung`: it did not end in its time
 */
export type AuthorFault = 'threw' | 'code' | 'returned' | 'hung';

/** Logs and counts the defects of a provider's own code, which the process outlives. */
export class AuthorFaults {
  readonly #counter: Counter<'callback' | 'fault'>;

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: 'eso_provider_backend_faults_total',
      help: "Defects of the provider's own code that the process outlived, by function and what it did",
      labelNames: ['callback', 'fault'],
      registers: [registry],
    });
  }

  /**
   * Writes one line for the author. Nothing of what was returned or of an error's text stands in it: either may hold a value.
   * @param logger says which config object it is about.
   */
  record(
    logger: Logger,
    callback: AuthorCallback,
    fault: AuthorFault,
    details: { readonly problem: string; readonly thrown?: unknown },
  ): void {
    this.#counter.inc({ callback, fault });
    logger.error(
      { callback, fault, ...('thrown' in details ? { failure: failureTrace(details.thrown) } : {}) },
      `defect of the provider: ${callback} ${details.problem}`,
    );
  }
}
