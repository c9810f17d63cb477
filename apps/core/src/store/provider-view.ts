import { admits, type ClusterProvider, type Provider } from '@eso/api/resources';
import { storeConfigProblem } from '@eso/sync';
import type { EndpointResolver } from './endpoint-resolver.ts';
import type {
  ConsumerNamespace,
  ReferenceResolution,
  StoreProviderReference,
  StoreRefusal,
  StoreView,
  ValidationQuestion,
} from './store-view.ts';
import { identityOf, referenceNotAllowed, ruleRefusal, wireStore } from './view-parts.ts';

/** A namespaced Provider: everything it names is in its own namespace, except a process that an administrator shared. */
export function providerView(provider: Provider, resolver: EndpointResolver): StoreView {
  const { metadata, spec } = provider;
  const namespace = metadata.namespace ?? '';
  return {
    ...identityOf(provider),
    kind: 'Provider',
    namespace,
    resolveEndpoint: () => resolver.resolve(spec.address, { namespace }),
    address: () => spec.address,
    reference(consumerNamespace): ReferenceResolution {
      const broken = storeConfigProblem('Provider', provider);
      if (broken) return ruleRefusal(broken);
      if (consumerNamespace !== namespace) return foreignConsumer(metadata.name, namespace, consumerNamespace);
      return {
        kind: 'reference',
        sourceNamespace: namespace,
        providerRef: {
          ...wireReference(provider, 'Provider', namespace),
          authNamespace: namespace,
          requesterNamespace: consumerNamespace,
        },
      };
    },
    validationReference() {
      const reference = this.reference(namespace);
      return reference.kind === 'refused' ? reference : { ...reference, hasConfig: true };
    },
    allows: (consumer) => consumer.name === namespace,
  };
}

/**
 * A ClusterProvider. With scope ProviderNamespace, config and credentials are both in `spec.providerRef.namespace`; with
 * ManifestNamespace credentials are the consumer's own, and so is the config where no namespace is given.
 */
export function clusterProviderView(provider: ClusterProvider, resolver: EndpointResolver): StoreView {
  const { spec } = provider;
  return {
    ...identityOf(provider),
    kind: 'ClusterProvider',
    resolveEndpoint: () => resolver.resolve(spec.address, {}),
    address: () => spec.address,
    reference(consumerNamespace): ReferenceResolution {
      const broken = storeConfigProblem('ClusterProvider', provider);
      if (broken) return ruleRefusal(broken);
      const ofConfig = spec.providerRef.namespace;
      const byProvider = spec.authenticationScope !== 'ManifestNamespace';
      const source = byProvider && ofConfig !== undefined ? ofConfig : consumerNamespace;
      return {
        kind: 'reference',
        sourceNamespace: source,
        providerRef: {
          ...wireReference(provider, 'ClusterProvider', ofConfig ?? consumerNamespace),
          authNamespace: source,
          requesterNamespace: consumerNamespace,
        },
      };
    },
    validationReference(): ValidationQuestion {
      const broken = storeConfigProblem('ClusterProvider', provider);
      if (broken) return ruleRefusal(broken);
      const namespace = spec.providerRef.namespace;
      const byProvider = spec.authenticationScope !== 'ManifestNamespace';
      // With ManifestNamespace nobody's credentials are asked for: the provider checks what it can without.
      const source = byProvider ? (namespace ?? '') : '';
      return {
        kind: 'reference',
        hasConfig: namespace !== undefined,
        sourceNamespace: source,
        providerRef: {
          ...wireReference(provider, 'ClusterProvider', namespace ?? ''),
          ...(source === '' ? {} : { authNamespace: source }),
        },
      };
    },
    allows: (consumer: ConsumerNamespace) => admits(spec.conditions, consumer),
  };
}

function wireReference(
  store: Provider | ClusterProvider,
  kind: StoreView['kind'],
  configNamespace: string,
): StoreProviderReference {
  const { apiVersion, kind: configKind, name } = store.spec.providerRef;
  return { apiVersion, kind: configKind, name, namespace: configNamespace, ...wireStore(store, kind) };
}

function foreignConsumer(name: string, own: string, consumer: string): StoreRefusal {
  return referenceNotAllowed(
    undefined,
    `Provider "${name}" serves namespace "${own}" only, not "${consumer}"`,
    'Create a Provider there, or use a ClusterProvider.',
  );
}
