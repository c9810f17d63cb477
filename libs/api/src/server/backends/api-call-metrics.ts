import { Counter, type Registry } from '@eso/runtime';

/** Counts what a backend's API is asked. */
export interface ApiCallMetrics {
  /**
   * Runs one call to the backend's API and counts it by its outcome.
   * @param call the API's own name of the operation: `GetSecretValue`. A fixed word, never user input.
   */
  track<T>(call: string, run: () => Promise<T>): Promise<T>;
}

/** Name and labels as upstream's, so that dashboards keep working. */
const NAME = 'externalsecret_provider_api_calls_count';

/** The counter of one process, from which each kind gets its own view. */
export class ApiCallCounter {
  readonly #counter: Counter<'provider' | 'call' | 'status'>;

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: NAME,
      help: 'Number of API calls towards the secret provider',
      labelNames: ['provider', 'call', 'status'],
      registers: [registry],
    });
  }

  forProvider(provider: string): ApiCallMetrics {
    const count = (call: string, status: 'success' | 'error'): void => this.#counter.inc({ provider, call, status });
    return {
      track: async (call, run) => {
        try {
          const result = await run();
          count(call, 'success');
          return result;
        } catch (error) {
          count(call, 'error');
          throw error;
        }
      },
    };
  }
}
