import { ProviderError } from '../../contract/provider-error.ts';
import type { ProviderReference } from '../../gen/provider/v1/provider_pb.js';
import type { Requester } from '../backend.ts';
import type { KindDefinition } from '../definition.ts';
import type { StoreReference } from '../open-context.ts';
import { grantNamespaces, type NamespaceGrant, type NamespacePolicy } from './namespace-rule.ts';

/** Whom a request is for: kind, config object, namespaces, and who asks. All of it checked. */
export interface Target {
  readonly kind: KindDefinition;
  /** Name of the config object. */
  readonly name: string;
  /** Absent when a cluster-scoped store leaves the namespace to a requester who is not known yet (Validate, Capabilities). */
  readonly grant: NamespaceGrant | undefined;
  readonly store: StoreReference;
  readonly requester: Requester;
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Reads the reference of a request.
 * @throws ProviderError INVALID_REQUEST, UNSUPPORTED (naming what is served), NAMESPACE_NOT_ALLOWED.
 */
export function resolveTarget(
  ref: ProviderReference | undefined,
  sourceNamespace: string,
  options: { readonly kinds: readonly KindDefinition[]; readonly policy: NamespacePolicy },
): Target {
  if (!ref) throw invalid('provider_ref', 'is required');
  const kind = servedKind(ref, options.kinds);
  if (!OBJECT_NAME.test(ref.name)) throw invalid('provider_ref.name', 'is no name of a Kubernetes object');
  checkNamespace('source_namespace', sourceNamespace);
  checkNamespace('provider_ref.namespace', ref.namespace);
  checkNamespace('provider_ref.auth_namespace', ref.authNamespace);
  checkNamespace('provider_ref.requester_namespace', ref.requesterNamespace);
  const grant = grantNamespaces(
    {
      storeRefKind: ref.storeRefKind,
      refNamespace: ref.namespace,
      sourceNamespace,
      authNamespace: ref.authNamespace,
      requesterNamespace: ref.requesterNamespace,
    },
    options.policy,
  );
  return {
    kind,
    name: ref.name,
    grant,
    store: {
      kind: grant?.storeKind ?? clusterKind(ref.storeRefKind),
      ...(ref.storeName ? { name: ref.storeName } : {}),
      ...(ref.storeUid ? { uid: ref.storeUid } : {}),
    },
    requester: requesterOf(ref, sourceNamespace),
  };
}

/** Who asks, as core says; for logs and audit, not for decisions. */
export function requesterOf(ref: ProviderReference | undefined, sourceNamespace: string): Requester {
  return {
    namespace: ref?.requesterNamespace || sourceNamespace,
    ...(ref?.requesterKind ? { kind: ref.requesterKind } : {}),
    ...(ref?.requesterName ? { name: ref.requesterName } : {}),
    ...(ref?.requesterUid ? { uid: ref.requesterUid } : {}),
  };
}

function servedKind(ref: ProviderReference, kinds: readonly KindDefinition[]): KindDefinition {
  const kind = kinds.find((served) => served.apiVersion === ref.apiVersion && served.kind === ref.kind);
  if (kind) return kind;
  if (ref.apiVersion.split('/').length !== 2)
    throw invalid('provider_ref.api_version', 'is not of the form group/version');
  if (!ref.kind) throw invalid('provider_ref.kind', 'is required');
  const served = kinds.map(({ kind, apiVersion }) => `${kind} (${apiVersion})`).join(', ');
  throw new ProviderError('UNSUPPORTED', `this provider does not serve kind ${ref.kind} of ${ref.apiVersion}`, {
    field: 'providerRef',
    nextStep: `use one of: ${served}`,
  });
}

/** Only a cluster-scoped store is left without a grant. */
function clusterKind(storeRefKind: string): StoreReference['kind'] {
  return storeRefKind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'ClusterProvider';
}

/** Namespaces become part of API paths: anything that is no DNS label stays out. */
function checkNamespace(field: string, namespace: string | undefined): void {
  if (namespace && !NAMESPACE.test(namespace)) throw invalid(field, 'is no name of a namespace');
}

function invalid(field: string, problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field });
}
