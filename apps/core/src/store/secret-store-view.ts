import { admits, type ClusterSecretStore, regexScopeOf, type SecretStore } from '@eso/api/resources';
import type { EndpointResolver } from './endpoint-resolver.ts';
import { className } from './class-view.ts';
import { type RouteLookup, storeConfig, storeRoute } from './store-route.ts';
import type {
  EndpointResolution,
  ReferenceResolution,
  StoreProviderReference,
  StoreReadiness,
  StoreView,
  ValidationQuestion,
} from './store-view.ts';
import { identityOf, referenceNotAllowed, wireStore } from './view-parts.ts';

/** What views of v1 stores look things up in. */
export interface SecretStoreLookup extends RouteLookup {
  readonly resolver: Pick<EndpointResolver, 'resolve'>;
}

/** Group and version that stand for a config that is in the store itself (`provider_ref.api_version`). */
const INLINE_API_VERSION = 'external-secrets.io/v1';

/** A SecretStore: config, credentials and consumers are all of its namespace. */
export function secretStoreView(store: SecretStore, lookup: SecretStoreLookup): StoreView {
  const kind = 'SecretStore';
  const { metadata } = store;
  const namespace = metadata.namespace ?? '';
  const reference = (consumer: string): ReferenceResolution => {
    const config = storeConfig(store);
    if (config.tag === 'invalid') return config.refusal;
    if (consumer !== namespace)
      return referenceNotAllowed(
        undefined,
        `SecretStore "${metadata.name}" serves namespace "${namespace}" only, not "${consumer}"`,
        'Create a SecretStore there, or use a ClusterSecretStore.',
      );
    return {
      kind: 'reference',
      sourceNamespace: namespace,
      providerRef: {
        ...configReference(store, kind, namespace),
        authNamespace: namespace,
        requesterNamespace: consumer,
      },
    };
  };
  return {
    ...secretStore(store, kind, lookup),
    namespace,
    reference,
    validationReference: () => asked(reference(namespace), true),
    allows: (consumer) => consumer.name === namespace,
  };
}

/**
 * A ClusterSecretStore. A config in the store itself, or one that names no namespace, is used with the credentials of whoever asks,
 * unless it says where they are; one that names a namespace with those that are there.
 */
export function clusterSecretStoreView(store: ClusterSecretStore, lookup: SecretStoreLookup): StoreView {
  const kind = 'ClusterSecretStore';
  const { spec } = store;
  /** @param consumer empty: nobody yet */
  const reference = (consumer: string): ReferenceResolution => {
    const config = storeConfig(store);
    if (config.tag === 'invalid') return config.refusal;
    const namespace = (config.tag === 'object' ? config.ref.namespace : undefined) ?? consumer;
    return {
      kind: 'reference',
      sourceNamespace: consumer,
      providerRef: {
        ...configReference(store, kind, namespace),
        ...(namespace === '' ? {} : { authNamespace: namespace }),
        ...(consumer === '' ? {} : { requesterNamespace: consumer }),
      },
    };
  };
  return {
    ...secretStore(store, kind, lookup),
    reference,
    validationReference: () =>
      asked(reference(''), spec.provider !== undefined || spec.providerRef?.namespace !== undefined),
    allows: (consumer) => admits(spec.conditions, consumer, regexScopeOf(kind)),
  };
}

type StoreParts = Omit<StoreView, 'namespace' | 'reference' | 'validationReference' | 'allows'>;

function secretStore(
  store: SecretStore | ClusterSecretStore,
  kind: 'SecretStore' | 'ClusterSecretStore',
  lookup: SecretStoreLookup,
): StoreParts {
  const route = storeRoute(kind, store, lookup);
  const identity = identityOf(store);
  return {
    ...identity,
    kind,
    ready: readyThrough(route, identity.ready),
    resolveEndpoint(): EndpointResolution {
      if (route.kind === 'refused') return route;
      const { class: served, field } = route;
      const endpoint = lookup.resolver.resolve(served.address, { namespace: served.namespace });
      if (endpoint.kind === 'endpoint') return endpoint;
      const { problem } = endpoint;
      const publicMessage = `${className(served)}: ${problem.field ?? 'spec.address'}: ${problem.publicMessage}`;
      return { ...endpoint, problem: { ...problem, field, publicMessage } };
    },
    address: () => (route.kind === 'route' ? route.class.address : undefined),
  };
}

/** A store that was found valid is of no use while its class is not. */
function readyThrough(route: ReturnType<typeof storeRoute>, own: StoreReadiness): StoreReadiness {
  if (own.status !== 'True' || route.kind === 'route') return own;
  const { field, publicMessage } = route.problem;
  return { status: 'False', reason: 'InvalidProviderConfig', message: `${field ?? 'spec'}: ${publicMessage}` };
}

function configReference(
  store: SecretStore | ClusterSecretStore,
  kind: 'SecretStore' | 'ClusterSecretStore',
  namespace: string,
): StoreProviderReference {
  const { providerRef } = store.spec;
  const config = providerRef
    ? { apiVersion: providerRef.apiVersion, kind: providerRef.kind, name: providerRef.name }
    : { apiVersion: INLINE_API_VERSION, kind, name: store.metadata.name };
  return { ...config, namespace, ...wireStore(store, kind) };
}

function asked(reference: ReferenceResolution, hasConfig: boolean): ValidationQuestion {
  return reference.kind === 'refused' ? reference : { ...reference, hasConfig };
}
