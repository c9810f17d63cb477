import { ProviderError } from '../../contract/provider-error.ts';
import type { ProviderReference } from '../../gen/provider/v1/provider_pb.js';
import type { Requester } from '../backend.ts';
import type { KindDefinition } from '../define-kind.ts';
import type { StoreReference } from '../store-reference.ts';
import { checkAdmission } from './admission.ts';
import type { Freshness } from './freshness.ts';
import { grantNamespaces, type NamespaceClaim, type NamespaceGrant, type NamespacePolicy } from './namespace-rule.ts';
import { inlineKind, servedKind } from './served-kind.ts';
import { grantByStore, type StoreClaim } from './store-grant.ts';
import { isNamespaced, isStoreKind, STORE_API_VERSION } from './store-kinds.ts';
import type { StoreReader } from './store-reader.ts';
import { storeName, type StoreRecord } from './store-record.ts';

/** Whom a request is for: kind, config object, namespaces, and who asks. All of it checked. */
export interface StoreTarget {
  readonly kind: KindDefinition;
  /** Name of the config object, or of the store that the config stands in. */
  readonly name: string;
  /** Absent when a cluster-scoped store leaves the namespace to a requester who is not known yet (Validate, Capabilities). */
  readonly grant: NamespaceGrant | undefined;
  readonly store: StoreReference;
  readonly requester: Requester;
  /** Names the sync that the request is part of, where core says it. */
  readonly traceId?: string;
  /** The store as it was read; absent where a core that names none is believed. */
  readonly record?: StoreRecord;
}

/** What this process serves, and whom it believes. */
export interface StoreTargetOptions {
  readonly kinds: readonly KindDefinition[];
  readonly policy: NamespacePolicy;
  readonly stores: StoreReader;
}

/** How a request is looked at. */
export interface TargetLookup {
  readonly freshness: Freshness;
  /** What is asked for: something about the `store`, or secrets on behalf of a namespace that its conditions have to admit. */
  readonly about: 'store' | 'secrets';
  readonly signal: AbortSignal;
}

/** Name of a namespace (RFC 1123 label). */
export const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** What core sends is 32 hexadecimal digits. */
const TRACE_ID = /^[0-9a-f]{32}$/;
/** Name of an object (RFC 1123 subdomain). */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Reads the reference of a request, and the store that it names.
 * @throws ProviderError INVALID_REQUEST, UNSUPPORTED (naming what is served), NAMESPACE_NOT_ALLOWED, and what reading and
 * judging the store throws: see StoreReader.read, grantByStore, checkAdmission.
 */
export async function resolveStoreTarget(
  ref: ProviderReference | undefined,
  sourceNamespace: string,
  options: StoreTargetOptions,
  look: TargetLookup,
): Promise<StoreTarget> {
  if (!ref) throw invalid('provider_ref', 'is required');
  const inline = ref.apiVersion === STORE_API_VERSION;
  const kind = inline ? undefined : servedKind(ref, options.kinds);
  checkNames(ref, sourceNamespace);
  const common = {
    name: ref.name,
    requester: requesterOf(ref, sourceNamespace),
    ...(ref.traceId && TRACE_ID.test(ref.traceId) && { traceId: ref.traceId }),
  };
  const claim: NamespaceClaim = {
    storeRefKind: ref.storeRefKind,
    refNamespace: ref.namespace,
    sourceNamespace,
    authNamespace: ref.authNamespace,
    requesterNamespace: ref.requesterNamespace,
    ...(kind?.place.tag === 'object' ? { configScope: kind.place.scope } : {}),
  };
  if (kind && !ref.storeName) return { ...common, kind, ...unnamed(claim, options.policy) };

  const { record, grant } = await judge(storeClaim(ref, claim, kind), ref, options, look);
  const store = { kind: record.kind, name: record.name, uid: record.uid };
  return { ...common, kind: kind ?? inlineKind(record, options.kinds), grant, store, record };
}

/** Who asks, as core says; for logs and audit. Decisions use its namespace alone, and only where the store cannot state it. */
export function requesterOf(ref: ProviderReference | undefined, sourceNamespace: string): Requester {
  return {
    namespace: ref?.requesterNamespace || sourceNamespace,
    ...(ref?.requesterKind ? { kind: ref.requesterKind } : {}),
    ...(ref?.requesterName ? { name: ref.requesterName } : {}),
    ...(ref?.requesterUid ? { uid: ref.requesterUid } : {}),
  };
}

async function judge(
  claim: StoreClaim,
  ref: ProviderReference,
  { policy, stores }: StoreTargetOptions,
  { freshness, about, signal }: TargetLookup,
): Promise<{ readonly record: StoreRecord; readonly grant: NamespaceGrant | undefined }> {
  const namespaced = isNamespaced(claim.storeRefKind);
  if (namespaced && !claim.sourceNamespace) throw invalid('source_namespace', 'is required');
  const named = {
    kind: claim.storeRefKind,
    name: ref.storeName || ref.name,
    ...(namespaced ? { namespace: claim.sourceNamespace } : {}),
    uid: ref.storeUid ?? '',
    generation: claim.generation,
  };
  const record = await stores.read(named, { freshness, signal });
  const { grant, requester } = grantByStore(claim, record, policy);
  if (requester !== undefined) await checkAdmission(record, requester, { reader: stores, signal });
  else if (about === 'secrets' && record.conditions.length > 0)
    throw new ProviderError(
      'INVALID_REQUEST',
      `provider_ref.requester_namespace is required: ${storeName(record)} serves some namespaces only`,
      { field: 'provider_ref.requester_namespace' },
    );
  return { record, grant };
}

function storeClaim(ref: ProviderReference, claim: NamespaceClaim, kind: KindDefinition | undefined): StoreClaim {
  const { storeRefKind } = claim;
  if (!isStoreKind(storeRefKind))
    throw invalid('provider_ref.store_ref_kind', 'names no kind of store that this provider knows');
  const common = { ...claim, storeRefKind, generation: Number(ref.storeGeneration ?? 0n) };
  if (kind) return { ...common, config: { apiVersion: ref.apiVersion, kind: ref.kind, name: ref.name } };
  if (storeRefKind !== 'SecretStore' && storeRefKind !== 'ClusterSecretStore')
    throw invalid('provider_ref.kind', 'names no store that can hold a config');
  if (ref.kind !== storeRefKind) throw invalid('provider_ref.kind', 'is not the kind of the store');
  if (ref.storeName && ref.storeName !== ref.name) throw invalid('provider_ref.name', 'is not the name of the store');
  return common;
}

/** A core that names no store is believed where an administrator said so, and gets what its own words allow. */
function unnamed(claim: NamespaceClaim, policy: NamespacePolicy): Pick<StoreTarget, 'grant' | 'store'> {
  if (!policy.allowUnnamedStores)
    throw new ProviderError('INVALID_REQUEST', 'provider_ref.store_name is required: the provider reads the store', {
      field: 'provider_ref.store_name',
      nextStep: 'use a core that names the store, or start the provider with --allow-unnamed-stores',
    });
  const grant = grantNamespaces(claim, policy);
  // Only a cluster-scoped store is left without a grant.
  const cluster = claim.storeRefKind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'ClusterProvider';
  return { grant, store: { kind: grant?.storeKind ?? cluster } };
}

function checkNames(ref: ProviderReference, sourceNamespace: string): void {
  // Names become part of API paths: whatever is no name stays out.
  if (!OBJECT_NAME.test(ref.name)) throw invalid('provider_ref.name', 'is no name of a Kubernetes object');
  if (ref.storeName && !OBJECT_NAME.test(ref.storeName))
    throw invalid('provider_ref.store_name', 'is no name of a Kubernetes object');
  const namespaces = {
    source_namespace: sourceNamespace,
    'provider_ref.namespace': ref.namespace,
    'provider_ref.auth_namespace': ref.authNamespace,
    'provider_ref.requester_namespace': ref.requesterNamespace,
  };
  for (const [field, namespace] of Object.entries(namespaces))
    if (namespace && !NAMESPACE.test(namespace)) throw invalid(field, 'is no name of a namespace');
}

function invalid(field: string, problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field });
}
