import { createInformer, type Informer, type KubeClient, objectKey, services } from '@eso/kube';
import type { Logger, Registry } from '@eso/runtime';
import { PROVIDER_SELECTOR, type ProviderService, providerService } from './provider-service.ts';

export interface DiscoveryOptions {
  readonly client: KubeClient;
  /** Absent = all. */
  readonly namespaces?: readonly string[];
  readonly logger: Logger;
  readonly registry: Registry;
  /** Called with the key of a Service whose certificate has to be looked at. */
  readonly onChange: (key: string) => void;
}

/** Index of Services by the Secret they claim. */
const BY_SECRET = 'secret';

/** Follows the labelled Services, and knows which of them want the same Secret. */
export class ProviderDiscovery {
  readonly #informer: Informer<ProviderService>;
  readonly #onChange: (key: string) => void;

  constructor({ client, namespaces, logger, registry, onChange }: DiscoveryOptions) {
    this.#onChange = onChange;
    this.#informer = createInformer(client, services, {
      labelSelector: PROVIDER_SELECTOR,
      ...(namespaces && { namespaces }),
      transform: providerService,
      indexers: { [BY_SECRET]: (service) => [claimedSecret(service)].filter((name) => name !== undefined) },
      logger,
      registry,
    });
    this.#informer.addHandler({
      add: (service) => this.#changed(service),
      update: (before, after) => {
        this.#changed(after);
        if (claimedSecret(before) !== claimedSecret(after)) this.#rivalsOf(before);
      },
      // Gone, or without its label: somebody else may have its Secret's name now.
      delete: (service) => {
        this.#changed(service);
        this.#rivalsOf(service);
      },
    });
  }

  /** Starts to follow and resolves when all Services are known. */
  async start(signal: AbortSignal): Promise<void> {
    this.#informer.start(signal);
    await this.#informer.waitForSync(signal);
  }

  get(key: string): ProviderService | undefined {
    return this.#informer.store.getByKey(key);
  }

  /** Keys of all labelled Services. */
  keys(): string[] {
    return this.#informer.store.keys();
  }

  /** Whether the Service of this key claims this Secret. */
  claims(key: string, secret: { namespace: string; name: string }): boolean {
    const service = this.get(key);
    return service !== undefined && claimedSecret(service) === objectKey(secret);
  }

  /** The reason when Services may be out of date. */
  health(): string | undefined {
    return this.#informer.health();
  }

  #changed({ metadata }: ProviderService): void {
    this.#onChange(objectKey(metadata));
  }

  /** Whoever waits for the Secret that this Service gave up. */
  #rivalsOf(service: ProviderService): void {
    const secret = claimedSecret(service);
    if (secret === undefined) return;
    for (const key of this.#informer.store.indexKeys(BY_SECRET, secret)) this.#onChange(key);
  }
}

function claimedSecret({ metadata: { namespace }, claim }: ProviderService): string | undefined {
  return claim.kind === 'secret' ? objectKey({ namespace, name: claim.name }) : undefined;
}
