import { ProviderError } from '../../contract/provider-error.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import type { ObjectSelector, SecretKeySelector } from './credentials.ts';

/** Kinds of objects that a config object may refer to. */
export type ReferencedKind = 'Secret' | 'ConfigMap' | 'ServiceAccount';

/** A reference that was checked and may be followed. */
export interface Reference {
  readonly kind: ReferencedKind;
  readonly namespace: string;
  readonly name: string;
  /** Value of a provider's chart that lists the namespaces of which such references are read. */
  readonly listedIn: 'tenantNamespaces' | 'credentialNamespaces';
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Checks a reference before anything is read: it is complete, and leads into a namespace that this config object may use.
 * @throws ProviderError CREDENTIALS_UNUSABLE, NAMESPACE_NOT_ALLOWED.
 */
export function resolveReference(
  kind: ReferencedKind,
  selector: ObjectSelector,
  scope: CredentialScope,
  field: string,
): Reference {
  const { name } = selector;
  if (!name) throw unusable(field, 'the credentials reference lacks name', `name a ${kind}`);
  const namespace = selector.namespace || scope.namespace;
  if (!mayUse(scope, namespace)) throw notAllowed(kind, namespace, scope, field);
  // Names become part of API paths. Kinds whose schema is not checked by the API server may hold anything.
  if (!OBJECT_NAME.test(name)) throw unusable(field, `the name in the reference is no name of a ${kind}`, 'correct it');
  if (!NAMESPACE.test(namespace))
    throw unusable(field, 'the namespace in the reference is no name of a namespace', 'correct it');
  const listedIn = scope.kind === 'ownNamespace' ? 'tenantNamespaces' : 'credentialNamespaces';
  return { kind, namespace, name, listedIn };
}

function notAllowed(kind: ReferencedKind, namespace: string, scope: CredentialScope, field: string): ProviderError {
  const [who, otherwise] =
    scope.holder === 'store'
      ? [`a SecretStore of namespace ${scope.namespace}`, 'ask an administrator for a ClusterSecretStore']
      : [
          'this config object',
          'keep the config object in an administrator namespace of the provider (--admin-namespaces)',
        ];
  return new ProviderError('NAMESPACE_NOT_ALLOWED', `${who} may not use credentials of namespace ${namespace}`, {
    field,
    nextStep: `refer to a ${kind} of ${scope.holder === 'store' ? 'its' : 'the'} own namespace, or ${otherwise}`,
  });
}

/**
 * The key that a reference names.
 * @throws ProviderError CREDENTIALS_UNUSABLE
 */
export function requiredKey(kind: ReferencedKind, { key }: SecretKeySelector, field: string): string {
  if (key) return key;
  throw unusable(field, 'the credentials reference lacks key', `name one of the keys of the ${kind}`);
}

/** The failure of a reference that leads to nothing usable: CREDENTIALS_UNUSABLE. */
export function unusable(field: string, problem: string, nextStep: string, cause?: unknown): ProviderError {
  return new ProviderError('CREDENTIALS_UNUSABLE', problem, { field, nextStep, cause });
}

function mayUse(scope: CredentialScope, namespace: string): boolean {
  return (
    scope.kind === 'anyNamespace' ||
    scope.kind === 'namedNamespace' ||
    (scope.kind === 'ownNamespace' && namespace === scope.namespace)
  );
}
