import { isKubeError, type KubeClient, type Service, services } from '@eso/kube';
import { checkService, type Dialler } from '../store/services.ts';
import type { StoreRefusal } from '../store/store-view.ts';

/** What a Service is read with. */
export interface ServiceInquiryOptions {
  readonly client: Pick<KubeClient, 'get'>;
}

/**
 * Finds out why a Service is not among those that are watched. Only Services with a provider's label are, so one that is not
 * seen may be missing or merely not labelled, which are different things to do.
 */
export class ServiceInquiry {
  readonly #options: ServiceInquiryOptions;

  constructor(options: ServiceInquiryOptions) {
    this.#options = options;
  }

  /**
   * The refusal as it is to be told; the same where there is nothing to add.
   * @throws KubeError when the API server cannot say
   */
  async explain(refusal: StoreRefusal, dialler: Dialler, signal: AbortSignal): Promise<StoreRefusal> {
    const { problem, service: named } = refusal;
    if (problem.code !== 'SERVICE_NOT_FOUND' || !named) return refusal;
    const service = await this.#get(named.namespace, named.service, signal);
    const checked = service && checkService(named, service, dialler);
    // Usable after all: it was made a moment ago, and the watch will say so.
    return checked?.kind === 'refused' ? checked : refusal;
  }

  async #get(namespace: string, name: string, signal: AbortSignal): Promise<Service | undefined> {
    try {
      return await this.#options.client.get(services, { namespace, name }, { signal });
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      return undefined;
    }
  }
}
