import { createInformer, type Informer, type KubeClient, objectKey, services } from '@eso/kube';
import type { Logger, Registry } from '@eso/runtime';
import { PROVIDER_SELECTOR, type ProviderService, providerService } from './provider-service.ts';
import { ServiceLimit, type ServicePlace } from './service-limit.ts';

/** Which Services are followed, and who is notified of them. */
export interface DiscoveryOptions {
  readonly client: KubeClient;
  /** Absent = all. */
  readonly namespaces?: readonly string[];
  readonly logger: Logger;
  readonly registry: Registry;
  /** Called with the key of a Service whose certificate has to be looked at. */
  readonly onChange: (key: string) => void;
  /** How many Services of one namespace get certificates, at least 1. */
  readonly servicesPerNamespace: number;
  /** Called with how many Services of a namespace get none because of that, each time a Service comes or goes there. */
  readonly onExcess: (namespace: string, excess: number) => void;
}

/** Index of Services by the Secret they claim. */
const BY_SECRET = 'secret';

/** Follows the labelled Services, and knows which of them want the same Secret. */
export class ProviderDiscovery {
  readonly #informer: Informer<ProviderService>;
  readonly #onChange: (key: string) => void;
  readonly #limit: ServiceLimit;

  constructor(options: DiscoveryOptions) {
    const { client, namespaces, logger, registry, onChange, onExcess, servicesPerNamespace } = options;
    this.#onChange = onChange;
    this.#limit = new ServiceLimit({ perNamespace: servicesPerNamespace, onChange, onExcess });
    this.#informer = createInformer(client, services, {
      labelSelector: PROVIDER_SELECTOR,
      ...(namespaces && { namespaces }),
      transform: providerService,
      indexers: { [BY_SECRET]: (service) => [claimedSecret(service)].filter((name) => name !== undefined) },
      logger,
      registry,
    });
    this.#informer.addHandler({
      add: (service) => {
        this.#updateLimit(undefined, service);
        this.#enqueue(service);
      },
      update: (before, after) => {
        this.#updateLimit(before, after);
        this.#enqueue(after);
        if (claimedSecret(before) !== claimedSecret(after)) this.#enqueueClaimants(before);
      },
      // Gone, or without its label: somebody else may have its Secret's name now.
      delete: (service) => {
        this.#updateLimit(service, undefined);
        this.#enqueue(service);
        this.#enqueueClaimants(service);
      },
    });
  }

  /** Starts to follow and resolves when all Services are known. */
  async start(signal: AbortSignal): Promise<void> {
    this.#informer.start(signal);
    await this.#informer.waitForSync(signal);
    this.#limit.onSynced();
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

  /** Whether a Service that claims a Secret is among those of its namespace that get certificates. */
  placeOf(service: ProviderService): ServicePlace {
    return this.#limit.placeOf(service);
  }

  /** What was found out about one whose place is undecided: whether it has a certificate already. */
  observe(service: ProviderService, hasCertificate: boolean): void {
    this.#limit.observe(service, hasCertificate);
  }

  /** The reason when Services may be out of date. */
  health(): string | undefined {
    return this.#informer.health();
  }

  /** A Service that can have no certificate takes nobody's place. */
  #updateLimit(before: ProviderService | undefined, after: ProviderService | undefined): void {
    const isSame = before?.metadata.uid === after?.metadata.uid && before?.claim.kind === after?.claim.kind;
    if (isSame) return;
    if (before?.claim.kind === 'secret') this.#limit.remove(before);
    if (after?.claim.kind === 'secret') this.#limit.add(after);
  }

  #enqueue({ metadata }: ProviderService): void {
    this.#onChange(objectKey(metadata));
  }

  /** Whoever waits for the Secret that this Service gave up. */
  #enqueueClaimants(service: ProviderService): void {
    const secret = claimedSecret(service);
    if (secret === undefined) return;
    for (const key of this.#informer.store.indexKeys(BY_SECRET, secret)) this.#onChange(key);
  }
}

function claimedSecret({ metadata: { namespace }, claim }: ProviderService): string | undefined {
  return claim.kind === 'secret' ? objectKey({ namespace, name: claim.name }) : undefined;
}
