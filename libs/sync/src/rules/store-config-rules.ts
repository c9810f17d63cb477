/** Rules for the fields by which a store says where its config is, and who serves it. */
import type { RuledKind, StoreProblem, StoreRule } from './store-rule.ts';

const V1_STORES: readonly RuledKind[] = ['SecretStore', 'ClusterSecretStore'];

const ONE_CONFIG = 'set exactly one of provider (the config itself) and providerRef (a config object)';
const ONE_KEY = 'a store must have exactly one backend specified, found ';
const NO_RUNTIME_REF =
  'runtimeRef goes with providerRef: a store with provider is served by the class that claims its key';
const RUNTIME_REF = 'providerRef needs runtimeRef: name the class of the provider that serves it';
const CLUSTER_CLASS = 'a ClusterSecretStore is served by a ClusterProviderClass only';
const OWN_CONFIG =
  'namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore';
const SCOPE_NAMESPACE = 'authenticationScope ProviderNamespace needs providerRef.namespace';
const SET_NAMESPACE = 'name the namespace of the config, or use authenticationScope ManifestNamespace';
const CONFIG_NAMESPACE = 'spec.providerRef.namespace';

/** A store whose config were both would be served by one of them, and nobody knows which. */
const oneConfig: StoreRule = {
  id: 'one-config',
  kinds: V1_STORES,
  *problems({ spec: { provider, providerRef } }) {
    if (provider && providerRef)
      yield invalid('spec.providerRef', ONE_CONFIG, 'Keep one of spec.provider and spec.providerRef.');
    if (!provider && !providerRef)
      yield invalid('spec.provider', ONE_CONFIG, 'Configure one backend under the key of its provider.');
  },
  admission: { place: 'crd', at: 'spec', rule: 'has(self.provider) != has(self.providerRef)', message: ONE_CONFIG },
};

const oneKey: StoreRule = {
  id: 'one-key',
  kinds: V1_STORES,
  *problems({ spec: { provider } }) {
    const found = Object.keys(provider ?? { one: undefined }).length;
    if (found === 1) return;
    const next =
      found === 0
        ? 'Configure one backend under the key of its provider.'
        : 'Keep one of them, and make stores of their own for the others.';
    yield invalid('spec.provider', `${ONE_KEY}${String(found)}`, next);
  },
  admission: { place: 'schema', how: 'provider has exactly one field (minProperties and maxProperties 1)' },
};

/** Who serves a key is an administrator's to say. */
const noRuntimeRef: StoreRule = {
  id: 'no-runtime-ref',
  kinds: V1_STORES,
  *problems({ spec: { provider, providerRef, runtimeRef } }) {
    if (provider && !providerRef && runtimeRef)
      yield invalid('spec.runtimeRef', NO_RUNTIME_REF, 'Remove spec.runtimeRef, or use it with spec.providerRef.');
  },
  admission: {
    place: 'crd',
    at: 'spec',
    rule: '!has(self.provider) || has(self.providerRef) || !has(self.runtimeRef)',
    message: NO_RUNTIME_REF,
    fieldPath: '.runtimeRef',
  },
};

const runtimeRef: StoreRule = {
  id: 'runtime-ref',
  kinds: V1_STORES,
  *problems({ spec }) {
    if (spec.providerRef && !spec.provider && !spec.runtimeRef)
      yield invalid('spec.runtimeRef', RUNTIME_REF, 'Name the class that serves the config.');
  },
  admission: {
    place: 'crd',
    at: 'spec',
    rule: '!has(self.providerRef) || has(self.provider) || has(self.runtimeRef)',
    message: RUNTIME_REF,
    fieldPath: '.runtimeRef',
  },
};

/** A ProviderClass belongs to a namespace, and its owner would be sent what everybody's store says. */
const clusterClass: StoreRule = {
  id: 'cluster-class',
  kinds: ['ClusterSecretStore'],
  *problems({ spec }) {
    if (spec.runtimeRef?.kind === 'ProviderClass')
      yield notAllowed('spec.runtimeRef.kind', CLUSTER_CLASS, 'Use a ClusterProviderClass.');
  },
  admission: {
    place: 'crd',
    at: 'spec',
    rule: "!has(self.runtimeRef) || !has(self.runtimeRef.kind) || self.runtimeRef.kind == 'ClusterProviderClass'",
    message: CLUSTER_CLASS,
    fieldPath: '.runtimeRef.kind',
  },
};

/** Without it a tenant would use what another one, or an administrator, keeps for itself. */
const ownConfig: StoreRule = {
  id: 'own-config',
  kinds: ['SecretStore'],
  *problems({ metadata, spec }) {
    if (isForeign(spec.providerRef?.namespace, metadata.namespace))
      yield notAllowed(
        CONFIG_NAMESPACE,
        OWN_CONFIG,
        'Remove the field, or have an administrator create a ClusterSecretStore.',
      );
  },
  // The schema sees names of metadata, and not the namespace.
  admission: {
    place: 'policy',
    messages: `variables.namesForeignConfig ? ['${CONFIG_NAMESPACE}: ${OWN_CONFIG}'] : []`,
  },
};

const ownConfigOfProvider: StoreRule = {
  id: 'own-config-of-provider',
  kinds: ['Provider'],
  *problems({ metadata: { namespace: own = '' }, spec: { providerRef } }) {
    if (isForeign(providerRef?.namespace, own))
      yield notAllowed(
        CONFIG_NAMESPACE,
        `a Provider may only name a config of its own namespace "${own}", not of "${providerRef?.namespace ?? ''}"`,
        'Remove the field, or have an administrator create a ClusterProvider.',
      );
  },
  admission: {
    place: 'policy',
    messages:
      `variables.namesForeignConfig ? ['${CONFIG_NAMESPACE}: a Provider may only name a config of its own namespace "' + ` +
      `object.metadata.namespace + '", not of "' + object.spec.providerRef.namespace + '"'] : []`,
  },
};

const scopeNamespace: StoreRule = {
  id: 'scope-namespace',
  kinds: ['ClusterProvider'],
  *problems({ spec: { authenticationScope, providerRef } }) {
    if (authenticationScope !== 'ManifestNamespace' && !providerRef?.namespace)
      yield notAllowed(CONFIG_NAMESPACE, SCOPE_NAMESPACE, `${SET_NAMESPACE.replace(/^n/, 'N')}.`);
  },
  admission: {
    place: 'crd',
    at: 'spec',
    rule: "self.authenticationScope != 'ProviderNamespace' || has(self.providerRef.namespace)",
    message: `${SCOPE_NAMESPACE}: ${SET_NAMESPACE}`,
    fieldPath: '.providerRef.namespace',
  },
};

/** The rules without which nobody can say which config is meant; such a store serves nobody, whatever its status says. */
export const storeConfigRules: readonly StoreRule[] = [
  oneConfig,
  oneKey,
  noRuntimeRef,
  runtimeRef,
  clusterClass,
  ownConfig,
  ownConfigOfProvider,
  scopeNamespace,
];

function isForeign(named: string | undefined, own: string | undefined): boolean {
  return named !== undefined && named !== '' && named !== own;
}

function invalid(field: string, text: string, nextStep: string): StoreProblem {
  return { code: 'STORE_INVALID', field, text, nextStep };
}

function notAllowed(field: string, text: string, nextStep: string): StoreProblem {
  return { code: 'REFERENCE_NOT_ALLOWED', field, text, nextStep };
}
